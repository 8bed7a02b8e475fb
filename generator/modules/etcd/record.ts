import * as z from 'zod';
import { type BuildRecord, defineRecord } from '../../model/build-record.ts';
import type { Site } from '../../model/site.ts';
import { etcdMembers, initialCluster } from './members.ts';

/*
 * A bundle cannot know whether an etcd cluster exists, nor which of two bundles is newer. The build can: it numbers the
 * declarations of etcd's members, in a file beside the inventory (docs/decisions/etcd-membership.md).
 */

const schema = z.strictObject({
  declaration: z.int().min(1),
  /** Address of the host -> name and peer URL, as in etcd's `initial-cluster`. */
  members: z.record(z.string(), z.string()),
});

export type Declaration = z.infer<typeof schema>;

export const etcdRecord = defineRecord<Declaration>('etcd', schema);

/** What this build declares. Its number is that of the last one, or the next one if it has other members. */
export function declarationOf(site: Site): Declaration {
  const members = Object.fromEntries(
    etcdMembers(site).map((member) => [member.host.ip, initialCluster(member)]),
  );
  const last = etcdRecord.last(site);
  if (last === undefined || last === 'invalid') return { declaration: 1, members };
  const isSame = changeOf(last, members).every((addresses) => addresses.length === 0);
  return { declaration: last.declaration + (isSame ? 0 : 1), members };
}

/** The addresses of hosts that join, and of hosts that leave. */
export function changeOf(
  last: Declaration,
  members: Declaration['members'],
): readonly [joining: string[], leaving: string[]] {
  const missingIn = (known: Declaration['members']) => (ip: string) => known[ip] === undefined;
  return [
    Object.keys(members).filter(missingIn(last.members)),
    Object.keys(last.members).filter(missingIn(members)),
  ];
}

/** The file for the next build; a site without etcd keeps what it has. */
export function recordOf(site: Site): BuildRecord | undefined {
  if (etcdMembers(site).length === 0) return undefined;
  return etcdRecord.write(site, declarationOf(site));
}
