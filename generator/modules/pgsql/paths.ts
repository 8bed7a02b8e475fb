import type { PgsqlMember } from './members.ts';

/** The data directory of a cluster on the host: `<pg_fs_main>/postgres/<cluster>-<major>`; `/pg` links to it. */
export function clusterDirectory({ settings, cluster }: PgsqlMember): string {
  return `${settings.pg_fs_main}/postgres/${cluster}-${settings.pg_version}`;
}

/** The local backup repository on the host; `/pg/backup` links to it. */
export function backupDirectory({ settings, cluster }: PgsqlMember): string {
  return `${settings.pg_fs_bkup}/postgres/${cluster}-${settings.pg_version}`;
}

/** A path of the inventory (`/pg/log/postgres`) as the real path on the host, without the link. */
export function onHost(member: PgsqlMember, path: string): string {
  return path.startsWith('/pg/') ? `${clusterDirectory(member)}${path.slice('/pg'.length)}` : path;
}
