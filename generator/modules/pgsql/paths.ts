import { ownValue } from '../../model/own-value.ts';
import { isWithin } from '../../text/path.ts';
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

/** True for paths below `/pg`, the link to the directory of the cluster. */
function isInCluster(path: string): boolean {
  return isWithin(path, '/pg');
}

/** The repository on a file system, if it is not at `/pg/backup`: a mounted share, for example. */
export function otherRepository({ settings }: PgsqlMember): string | undefined {
  const repository = ownValue(settings.pgbackrest_repo, settings.pgbackrest_method) ?? {};
  const { type = 'posix', path, host } = repository;
  const isHere = host === undefined && (type === 'posix' || type === 'cifs');
  const isUsed = settings.pgbackrest_enabled && isHere;
  return isUsed && path !== undefined && !isInCluster(path) ? path : undefined;
}

/**
 * Directories outside `/pg` that the server and pgBackRest write to: logs, and a repository of its own. Their units have
 * them at the same path.
 */
export function outerDirectories(member: PgsqlMember): string[] {
  const { pg_log_dir, patroni_log_dir, pgbackrest_log_dir } = member.settings;
  const repository = otherRepository(member);
  const logs = [pg_log_dir, patroni_log_dir, pgbackrest_log_dir].filter((path) => !isInCluster(path));
  return [...new Set([...logs, ...(repository === undefined ? [] : [repository])])];
}

/** The directories of the host, with their paths in the image, for units and commands that run the server or pgBackRest. */
export function serverBinds(member: PgsqlMember): string[] {
  return [
    `${clusterDirectory(member)}:/pg`,
    backupDirectory(member),
    ...outerDirectories(member),
    '/run/postgresql',
  ];
}
