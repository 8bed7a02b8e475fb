import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { type EtcdMember, etcdMembers, initialCluster, isEtcdHost } from './members.ts';
import { changeOf, type Declaration, declarationOf, etcdRecord } from './record.ts';

const rules = {
  noSequence: rule<{ ip: string }>('etcd/no-seq', {
    severity: 'error',
    message: ({ ip }) => `host ${ip} is in group \`etcd\` without \`etcd_seq\``,
    help: () => 'number the members: `etcd_seq: 1`, `2`, `3`',
  }),
  duplicateSequence: rule<{ seq: number }>('etcd/duplicate-seq', {
    severity: 'error',
    message: ({ seq }) => `two etcd members have \`etcd_seq: ${seq}\``,
    label: () => 'duplicate',
    help: () => 'give each member a unique number; the name is etcd-<seq>',
  }),
  evenCount: rule<{ count: number; tolerated: number }>('etcd/even-count', {
    severity: 'warning',
    message: ({ count }) => `even number of etcd members: ${count}`,
    help: ({ count, tolerated }) =>
      `${count} members survive the loss of ${tolerated || 'none'}, no more than ${count - 1} ${count === 2 ? 'does' : 'do'}; use ${count - 1} or ${count + 1}`,
  }),
  zoneHoldsMajority: rule<{ zone: string; held: number; count: number }>('etcd/zone-holds-majority', {
    severity: 'warning',
    message: ({ zone, held, count }) => `${held} of ${count} etcd members are in zone \`${zone}\``,
    help: () => 'if this zone fails, etcd has no quorum and PostgreSQL has no primary; use three zones',
  }),
  badRecord: rule<{ file: string }>('etcd/bad-record', {
    severity: 'error',
    message: ({ file }) => `${file} is not a record of etcd's members`,
    help: () =>
      'restore it from your backup or from version control: it says which bundles may form a cluster, and which are newer',
  }),
  allReplaced: rule<{ before: string; file: string }>('etcd/all-replaced', {
    severity: 'error',
    message: ({ before }) => `no host of the etcd cluster is left: the last build had ${before}`,
    help: ({ file }) =>
      `exchange hosts in steps: keep one at least, build and apply, then the next. If no host was ever applied, remove ${file}`,
  }),
  changedIdentity: rule<{ ip: string; before: string; now: string; file: string }>('etcd/changed-identity', {
    severity: 'error',
    message: ({ ip, before, now }) => `etcd member on ${ip} was ${before}, and is now ${now}`,
    label: () => 'changed',
    help: ({ file }) =>
      `the member's data has its name and peer URL: keep \`etcd_seq\`, \`etcd_cluster\` and \`etcd_peer_port\`. Or remove the host from group \`etcd\`, build and apply the others, then add it again. If no host was ever applied, remove ${file}`,
  }),
  membersChange: rule<{ joining: string; leaving: string; file: string }>('etcd/members-change', {
    severity: 'notice',
    message: ({ joining, leaving }) =>
      `etcd changes its members: ${[joining && `${joining} join`, leaving && `${leaving} leave`].filter(Boolean).join(', ')}`,
    help: ({ file }) =>
      `apply every host of the new inventory: hosts join the running cluster one at a time, then the others remove those that left. If no host was ever applied, remove ${file} first`,
  }),
};

/** Quorum and identity of the configuration store. */
export function checkEtcd(site: Site): Diagnostic[] {
  const hosts = site.hosts.filter(isEtcdHost);
  const nameless = hosts.filter((host) => host.parameters.values.etcd_seq === undefined);
  const found = nameless.map((host) => rules.noSequence.at(host.keyWith('etcd_cluster'), { ip: host.ip }));
  const members = etcdMembers(site);
  for (const [index, member] of members.entries()) {
    const earlier = members.slice(0, index).find((other) => other.seq === member.seq);
    if (!earlier) continue;
    const note = {
      message: 'first here',
      place: earlier.host.parameters.place('etcd_seq') ?? earlier.host.keyWith('etcd_seq'),
    };
    found.push(
      rules.duplicateSequence.at(member.host.parameters.place('etcd_seq'), { seq: member.seq }, [note]),
    );
  }
  if (members.length > 0 && members.length % 2 === 0) {
    const args = { count: members.length, tolerated: members.length / 2 - 1 };
    found.push(rules.evenCount.at(members[0]?.host.keyWith('etcd_seq'), args));
  }
  return [...found, ...checkZones(site, members), ...checkChange(site, members)];
}

/** What the declared members change, compared with the last build. */
function checkChange(site: Site, members: readonly EtcdMember[]): Diagnostic[] {
  const file = etcdRecord.nameOf(site);
  const last = etcdRecord.last(site);
  const [first] = members;
  if (!first || last === undefined) return [];
  if (last === 'invalid') return [rules.badRecord.at(undefined, { file })];
  const place = first.host.keyWith('etcd_seq');
  const [joining, leaving] = changeOf(last, declarationOf(site).members).map((one) => one.join(', '));
  const before = Object.keys(last.members).join(', ');
  if (leaving === before) return [rules.allReplaced.at(place, { before, file })];
  const changed = members.flatMap((member) => checkIdentity(site, member, last));
  if (changed.length > 0 || !(joining || leaving)) return changed;
  return [rules.membersChange.at(place, { joining: joining ?? '', leaving: leaving ?? '', file })];
}

function checkIdentity(site: Site, member: EtcdMember, last: Declaration): Diagnostic[] {
  const { ip, parameters } = member.host;
  const before = last.members[ip];
  const now = initialCluster(member);
  if (before === undefined || before === now) return [];
  const names = ['etcd_seq', 'etcd_cluster', 'etcd_peer_port'];
  const place = names.map((name) => parameters.place(name)).find((found) => found !== undefined);
  return [rules.changedIdentity.at(place, { ip, before, now, file: etcdRecord.nameOf(site) })];
}

/** A site with one zone, or without zones, has no better choice. */
function checkZones(site: Site, members: readonly EtcdMember[]): Diagnostic[] {
  if (members.length < 3 || new Set(site.hosts.map(zoneOf)).size < 2) return [];
  const zones = new Set(members.flatMap(({ host }) => zoneOf(host) ?? []));
  return [...zones].flatMap((zone) => {
    const inside = members.filter(({ host }) => zoneOf(host) === zone);
    if (inside.length <= members.length / 2) return [];
    const [first, ...others] = inside.map(({ host }) => host.parameters.place('node_zone') ?? host.locate());
    const notes = others.map((place) => ({ message: 'and here', place }));
    const args = { zone, held: inside.length, count: members.length };
    return [rules.zoneHoldsMajority.at(first, args, notes)];
  });
}

function zoneOf(host: SiteHost): string | undefined {
  return settingsOf(host).node_zone;
}
