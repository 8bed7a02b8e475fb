import type { FilePlan, ImageRef } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { commandFile, rootCommand } from '../../../text/command.ts';
import { listenAddresses, listensEverywhere } from '../ha/listen.ts';
import { restUrl } from '../ha/patroni.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import { serverBinds } from '../paths.ts';
import { standbySource } from '../topology/upstream.ts';
import { declaredServices } from './services.ts';

/** Client programs for any user of the host. */
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
export function operatorFiles(member: PgsqlMember, site: Site, root: ImageRef): FilePlan[] {
  const { settings } = member;
  const view = {
    root,
    user: settings.pg_dbsu,
    binds: serverBinds(member),
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
    healthCheck(member, site),
    restartReport(member, site, root),
    handover(member, site, root),
  ];
}

function userCommand(name: string, root: ImageRef, version: number): FilePlan {
  return commandFile(name, 'shared/user-command.ejs', {
    root,
    program: `/usr/lib/postgresql/${version}/bin/${name}`,
    loader: 'usr/lib64/ld-linux-x86-64.so.2',
    libraries: 'usr/lib/x86_64-linux-gnu',
  });
}

function healthCheck(member: PgsqlMember, site: Site): FilePlan {
  const { settings } = member;
  const service = serviceToTry(member, site);
  const addresses = listenAddresses(member);
  const isLocal = listensEverywhere(addresses) || addresses.includes(LOOPBACK);
  const server = { address: isLocal ? LOOPBACK : member.host.ip, port: settings.pg_port };
  const view = {
    user: settings.pg_dbsu,
    units: settings.pg_provision ? ['pgsql-provision.service'] : [],
    targets: [server, ...(service ? [proxyAddress(service)] : [])],
  };
  return {
    path: 'checks/pgsql',
    mode: 0o755,
    group: 'root',
    source: { kind: 'template', template: 'pgsql/check.sh.ejs', view },
  };
}

/** The script that prints the settings that wait for a restart of PostgreSQL. */
export const REPORT = 'reports/pgsql';

function restartReport(member: PgsqlMember, site: Site, root: ImageRef): FilePlan {
  const view = { root, url: restUrl(member, site) };
  return {
    path: REPORT,
    mode: 0o755,
    group: 'root',
    source: { kind: 'template', template: 'pgsql/report.sh.ejs', view },
  };
}

/** What the agent runs before Patroni leaves the host. */
function handover(member: PgsqlMember, site: Site, root: ImageRef): FilePlan {
  const { cluster, instance } = member;
  const members = clusterMembers(site, cluster).map((other) => {
    return { name: other.instance, url: restUrl(other, site) };
  });
  const view = { root, cluster, instance, url: restUrl(member, site), members };
  return {
    path: 'retire/patroni.service',
    mode: 0o755,
    group: 'root',
    source: { kind: 'template', template: 'pgsql/retire.sh.ejs', view },
  };
}

const LOOPBACK = '127.0.0.1';

/** Where HAProxy on this host listens for a service. */
function proxyAddress({ ip = '*', port }: PgService) {
  return { address: ip === '*' ? LOOPBACK : ip, port };
}

/** The first service of this host that has a server: a standby cluster has no server for writes. */
function serviceToTry({ settings, cluster }: PgsqlMember, site: Site): PgService | undefined {
  if (settings.pg_service_provider !== '' || !settings.haproxy_enabled) return undefined;
  const services = declaredServices(settings);
  const isStandby = standbySource(clusterMembers(site, cluster), site) !== undefined;
  return isStandby ? services.find(({ check }) => check === '/read-only') : services[0];
}
