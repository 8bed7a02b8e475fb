import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Site } from '../../model/site.ts';
import { etcdMembers, isEtcdHost } from './members.ts';

const rules = {
  noSequence: rule<{ ip: string }>('etcd/no-seq', {
    severity: 'error',
    message: ({ ip }) => `host ${ip} is in group \`etcd\` without \`etcd_seq\``,
    help: () => 'number the members: `etcd_seq: 1`, `2`, `3`',
  }),
  duplicateSequence: rule<{ seq: number }>('etcd/duplicate-seq', {
    severity: 'error',
    message: ({ seq }) => `two etcd members have \`etcd_seq: ${seq}\``,
    label: () => 'again here',
    help: () => 'give every member a number of its own; it becomes the name etcd-<seq>',
  }),
  evenCount: rule<{ count: number; tolerated: number }>('etcd/even-count', {
    severity: 'warning',
    message: ({ count }) => `${count} etcd members: an even number`,
    help: ({ count, tolerated }) =>
      `a quorum of ${count} survives the loss of ${tolerated}, just as ${count - 1} members would; use ${count - 1} or ${count + 1}`,
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
  return found;
}
