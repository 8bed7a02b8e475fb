import type { PgsqlMember } from './members.ts';

/** Where a cluster's data lies on the host: `<pg_fs_main>/postgres/<cluster>-<major>`; `/pg` links to it. */
export function clusterDirectory({ settings, cluster }: PgsqlMember): string {
  return `${settings.pg_fs_main}/postgres/${cluster}-${settings.pg_version}`;
}

/** Where the local backup repository lies on the host; `/pg/backup` links to it. */
export function backupDirectory({ settings, cluster }: PgsqlMember): string {
  return `${settings.pg_fs_bkup}/postgres/${cluster}-${settings.pg_version}`;
}

/** A path as the inventory names it (`/pg/log/postgres`) as the host has it, without going through the link. */
export function onHost(member: PgsqlMember, path: string): string {
  return path.startsWith('/pg/') ? `${clusterDirectory(member)}${path.slice('/pg'.length)}` : path;
}
