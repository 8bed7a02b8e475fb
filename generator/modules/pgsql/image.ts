import type { ImageUse } from '../../model/plan.ts';
import type { Site } from '../../model/site.ts';
import { type PgsqlMember, pgsqlMembers } from './members.ts';
import { extensionPackages } from './packages.ts';

/**
 * The PostgreSQL image of a member: `postgres-17`. Members of one major with the same extensions share it; the first
 * cluster's has the plain name, others are called after the first cluster that wants them (`postgres-17-pg-test`).
 */
export function postgresImage(member: PgsqlMember, site: Site): ImageUse {
  const packages = extensionPackages(member);
  const version = String(member.settings.pg_version);
  const peers = pgsqlMembers(site).filter((one) => String(one.settings.pg_version) === version);
  const first = peers.find((one) => packageNames(one) === packageNames(member)) ?? member;
  const isPlain = packageNames(first) === packageNames(peers[0] ?? member);
  const name = isPlain ? `postgres-${version}` : `postgres-${version}-${first.cluster}`;
  return { name, recipe: 'postgres', arguments: { pg_version: version }, packages };
}

function packageNames(member: PgsqlMember): string {
  return extensionPackages(member)
    .map((one) => one.name)
    .join(' ');
}
