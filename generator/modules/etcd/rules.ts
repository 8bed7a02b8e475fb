import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { type EtcdMember, etcdMembers, isEtcdHost } from './members.ts';

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
      `a quorum of ${count} survives the loss of ${tolerated}, just as ${count - 1} members would; use ${count - 1} or ${count + 1}`,
  }),
  zoneHoldsMajority: rule<{ zone: string; held: number; count: number }>('etcd/zone-holds-majority', {
    severity: 'warning',
    message: ({ zone, held, count }) => `${held} of ${count} etcd members are in zone \`${zone}\``,
    help: () => 'if this zone fails, etcd has no quorum and PostgreSQL has no primary; use three zones',
  }),
};

/** Quorum and identity of the configuration store. */
export function checkEtcd(site: Site): Diagnostic[] {
  const hosts = site.hosts.filter(isEtcdHost);
  const nameless = hosts.filter((host) => host.parameters.values.etcd_seq === undefined);
  const found = nameless.map((host) => rules.noSequence.at(host.locate([], 'key'), { ip: host.ip }));
  const members = etcdMembers(site);
  for (const [index, member] of members.entries()) {
    const earlier = members.slice(0, index).find((other) => other.seq === member.seq);
    if (!earlier) continue;
    const note = {
      message: 'first here',
      place: earlier.host.parameters.place('etcd_seq') ?? earlier.host.locate(),
    };
    found.push(
      rules.duplicateSequence.at(member.host.parameters.place('etcd_seq'), { seq: member.seq }, [note]),
    );
  }
  if (members.length > 0 && members.length % 2 === 0) {
    const args = { count: members.length, tolerated: members.length / 2 - 1 };
    found.push(rules.evenCount.at(members[0]?.host.locate([], 'key'), args));
  }
  return [...found, ...checkZones(site, members)];
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
