import type { FilePlan, ImageRef } from '../../model/plan.ts';
import { rootCommand } from '../../text/command.ts';
import type { PgsqlMember } from './members.ts';
import { backupDirectory, clusterDirectory } from './paths.ts';

/** Client programs that any user of the host may call. */
const CLIENTS = [
  'psql',
  'pg_dump',
  'pg_dumpall',
  'pg_restore',
  'pg_isready',
  'pgbench',
  'createdb',
  'dropdb',
  'vacuumdb',
];

const PATRONICTL = '/usr/bin/python3 /etc/pigsty/current/etc/pgsql/patronictl.py';

/** The commands of an operator and the health check. */
export function operatorFiles(member: PgsqlMember, root: ImageRef): FilePlan[] {
  const { settings } = member;
  const view = {
    root,
    user: settings.pg_dbsu,
    binds: [`${clusterDirectory(member)}:/pg`, backupDirectory(member), '/run/postgresql'],
    environment: ['HOME=/pg/tmp'],
  };
  const config = {
    ...view,
    environment: [...view.environment, 'PATRONICTL_CONFIG_FILE=/etc/pigsty/current/etc/patroni'],
  };
  return [
    ...CLIENTS.map((name) => userCommand(name, root, settings.pg_version)),
    rootCommand('patronictl', { ...config, program: PATRONICTL }),
    rootCommand('pg', { ...config, program: PATRONICTL }),
    ...(settings.pgbackrest_enabled
      ? [rootCommand('pgbackrest', { ...view, program: '/usr/bin/pgbackrest' })]
      : []),
    healthCheck(member),
  ];
}

function userCommand(name: string, root: ImageRef, version: number): FilePlan {
  const view = {
    name,
    root,
    program: `/usr/lib/postgresql/${version}/bin/${name}`,
    loader: 'usr/lib64/ld-linux-x86-64.so.2',
    libraries: 'usr/lib/x86_64-linux-gnu',
  };
  return {
    path: `bin/${name}`,
    mode: 0o755,
    owner: 'root',
    group: 'root',
    link: `/usr/local/bin/${name}`,
    source: { kind: 'template', template: 'shared/user-command.ejs', view },
  };
}

function healthCheck({ settings }: PgsqlMember): FilePlan {
  const [primary] = settings.pg_default_services;
  const ports = [settings.pg_port, ...(primary ? [primary.port] : [])];
  const view = {
    user: settings.pg_dbsu,
    units: settings.pg_provision ? ['pgsql-provision.service'] : [],
    ports,
  };
  return {
    path: 'checks/pgsql',
    mode: 0o755,
    owner: 'root',
    group: 'root',
    source: { kind: 'template', template: 'pgsql/check.sh.ejs', view },
  };
}
