import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { isWithin } from '../../../text/path.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { clusterDirectory, onHost } from '../paths.ts';

const rules = {
  inData: rule<{ name: string; path: string }>('pgsql/path-in-data-directory', {
    severity: 'error',
    message: ({ name, path }) =>
      `\`${name}: ${path}\` is in /pg/data, the data directory of PostgreSQL, which must be empty before it is created`,
    label: () => 'set here',
    help: () => 'use another directory, as /pg/log/… or /var/log/…',
  }),
  sockets: rule<{ path: string }>('pgsql/socket-directory', {
    severity: 'error',
    message: ({ path }) =>
      `\`pg_localhost: ${path}\`: the services and programs of the cluster share /var/run/postgresql only`,
    label: () => 'set here',
    help: () => 'remove `pg_localhost`',
  }),
};

const DIRECTORIES = [
  'pg_dbsu_home',
  'pg_log_dir',
  'patroni_log_dir',
  'pgbouncer_log_dir',
  'pgbackrest_log_dir',
] as const;

/** Directories of logs and the home inside the data directory, and a directory of sockets that no unit has. */
export function checkPaths(member: PgsqlMember): Diagnostic[] {
  const { settings } = member;
  const data = `${clusterDirectory(member)}/data`;
  const inData = DIRECTORIES.filter((name) => isWithin(onHost(member, settings[name]), data));
  return [
    ...inData.map((name) => rules.inData.at(placeOf(member, name), { name, path: settings[name] })),
    ...checkSockets(member),
  ];
}

function checkSockets(member: PgsqlMember): Diagnostic[] {
  const { pg_localhost: path } = member.settings;
  const isShared = path === '/var/run/postgresql' || path === '/run/postgresql';
  return isShared ? [] : [rules.sockets.at(placeOf(member, 'pg_localhost'), { path })];
}
