import type { Facts } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import type {
  DirectoryPlan,
  FilePlan,
  ImageRef,
  ModuleImage,
  PortUse,
  StateWriter,
  UnitPlan,
  UserPlan,
  View,
} from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { linked } from '../../text/linked.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { operatorFiles, REPORT } from './access/commands.ts';
import { PGBOUNCER_FILES, pgbouncerFiles } from './access/pgbouncer.ts';
import { clientRules, ruleFiles } from './access/rule-files.ts';
import { exchangeContribution } from './access/ssh-exchange.ts';
import { sudoFiles } from './access/sudo.ts';
import { BACKREST_CONFIG, type BackupSchedule, backupFiles, backupSchedules } from './backup/backup.ts';
import { provisionFiles } from './content/provision.ts';
import { listenAddresses, listensEverywhere } from './ha/listen.ts';
import { PATRONI_FILES, patroniFiles } from './ha/patroni.ts';
import { roleFiles } from './ha/roles.ts';
import { loginContribution, STORE_FILES } from './ha/store-login.ts';
import { vipContribution, vipOf } from './ha/vip.ts';
import { memberOf, type PgsqlMember } from './members.ts';
import { exporterContribution, exporterImages, exporterPorts } from './monitor/exporters.ts';
import { postgresImage } from './packages/image.ts';
import {
  backupDirectory,
  clusterDirectory,
  onHost,
  otherRepository,
  outerDirectories,
  serverBinds,
} from './paths.ts';
import { journalContribution } from './server/journal.ts';
import { logsContribution } from './server/logs.ts';
import { reserveContribution } from './server/reserve.ts';
import { citusGroup, stateIdentity } from './topology/citus.ts';

const CERTIFICATE_FILES = ['ca.crt', 'revoked.crl', 'server.crt', 'server.key'].map(
  (name) => `etc/pgsql/${name}`,
);

/** One member of a PostgreSQL cluster: Patroni with PostgreSQL, pgbouncer, pgBackRest (pigsty.md section 3, PGSQL). */
export function planPgsql(host: SiteHost, site: Site, facts: Facts): Contribution {
  const member = memberOf(host, site);
  if (!member) return {};
  const image = postgresImage(member, site).name;
  const provision = provisionFiles(member, site);
  const rules = ruleFiles(member, site);
  const more = [
    vipContribution(member, facts),
    reserveContribution(member, image),
    logsContribution(member, image),
    journalContribution(member, image),
    exchangeContribution(member, site, facts),
    loginContribution(member, facts, { $image: image }),
    exporterContribution(member),
  ];
  const shared = vipOf(member);
  return {
    users: [userPlan(member)],
    directories: directories(member, image),
    links: [
      { path: '/pg', target: clusterDirectory(member) },
      { path: '/pg/backup', target: backupDirectory(member) },
    ],
    files: [
      ...patroniFiles(member, site, { facts, rules: clientRules(member, site) }),
      ...pgbouncerFiles(member),
      ...roleFiles(member, site, facts),
      ...rules,
      ...provision,
      ...backupFiles(member),
      ...certificateFiles(member),
      ...watchdogFiles(member),
      ...sudoFiles(member),
      ...unitFiles(member, { $image: image }),
      ...operatorFiles(member, site, { $image: image }),
      ...more.flatMap((part) => part.files ?? []),
    ],
    units: [...units(member, image, { provision, rules }), ...more.flatMap((part) => part.units ?? [])],
    certificates: [
      {
        name: member.instance,
        commonName: member.instance,
        organizationalUnit: 'pgsql',
        names: ['localhost', member.cluster, member.instance],
        addresses: ['127.0.0.1', host.ip, ...(shared === undefined ? [] : [shared])],
      },
      ...more.flatMap((part) => part.certificates ?? []),
    ],
    sshKeys: more.flatMap((part) => part.sshKeys ?? []),
    checks: [{ name: 'pgsql', script: 'checks/pgsql', timeoutSeconds: 120, report: REPORT }],
  };
}

export function pgsqlImages(host: SiteHost, site: Site): ModuleImage[] {
  const member = memberOf(host, site);
  if (!member) return [];
  const names = ['pgbouncer', ...(member.settings.pg_vip_enabled ? ['vip-manager'] : [])];
  const others = names.map((name) => ({ name, recipe: name, arguments: {}, packages: [] }));
  return [postgresImage(member, site), ...others, ...exporterImages(member)];
}

function userPlan({ settings }: PgsqlMember): UserPlan {
  const { pg_dbsu: name, pg_dbsu_uid: id, pg_dbsu_home: home } = settings;
  return { name, uid: id, gid: id, home, shell: '/bin/sh', gecos: 'PostgreSQL superuser', groups: [] };
}

/** A major version of PostgreSQL does not read the data directory of another one (manual, 18.6). */
function writer(image: string, version: number): StateWriter {
  return { image, package: `postgresql-${version}`, components: 1 };
}

function directories(member: PgsqlMember, image: string): DirectoryPlan[] {
  const { settings, cluster } = member;
  const owned = { mode: 0o700, owner: settings.pg_dbsu, group: settings.pg_dbsu };
  const root = clusterDirectory(member);
  const repository = otherRepository(member);
  const logs = [
    settings.pg_log_dir,
    settings.patroni_log_dir,
    settings.pgbouncer_log_dir,
    settings.pgbackrest_log_dir,
  ];
  return [
    { path: `${settings.pg_fs_main}/postgres`, mode: 0o755, owner: 'root', group: 'root' },
    {
      path: root,
      ...owned,
      state: `pgsql-${stateIdentity(member)}`,
      writer: writer(image, settings.pg_version),
    },
    ...['data', 'tmp', 'log', 'cert', 'meta'].map((name) => ({ path: `${root}/${name}`, ...owned })),
    ...logs.map((path) => ({ path: onHost(member, path), ...owned })),
    { path: `${settings.pg_fs_bkup}/postgres`, mode: 0o755, owner: 'root', group: 'root' },
    { path: backupDirectory(member), ...owned, state: `pgbackrest-${cluster}` },
    ...(repository === undefined ? [] : [{ path: repository, ...owned }]),
    { path: settings.pg_dbsu_home, ...owned },
    { path: '/run/postgresql', mode: 0o755, owner: settings.pg_dbsu, group: settings.pg_dbsu },
  ];
}

function certificateFiles({ instance, settings }: PgsqlMember): FilePlan[] {
  const { pg_dbsu: group } = settings;
  return [
    { path: 'etc/pgsql/ca.crt', mode: 0o644, group, source: { kind: 'ca' } },
    { path: 'etc/pgsql/revoked.crl', mode: 0o644, group, source: { kind: 'revocations' } },
    {
      path: 'etc/pgsql/server.crt',
      mode: 0o644,
      group,
      source: { kind: 'certificate', certificate: instance, part: 'crt' },
    },
    {
      path: 'etc/pgsql/server.key',
      mode: 0o640,
      group,
      source: { kind: 'certificate', certificate: instance, part: 'key' },
    },
  ];
}

function hasWatchdog({ settings }: PgsqlMember): boolean {
  return settings.patroni_watchdog_mode !== 'off';
}

/** The kernel's software watchdog, for hosts without a hardware device. */
function watchdogFiles(member: PgsqlMember): FilePlan[] {
  if (!hasWatchdog(member)) return [];
  return [linked('/etc/modules-load.d/pigsty-watchdog.conf', ['softdog'])];
}

function unitFiles(member: PgsqlMember, root: ImageRef): FilePlan[] {
  const { settings, cluster, instance } = member;
  const outer = outerDirectories(member);
  const view = {
    root,
    user: settings.pg_dbsu,
    cluster,
    instance,
    version: settings.pg_version,
    clusterDirectory: clusterDirectory(member),
    binds: serverBinds(member).join(' '),
    mounts: [clusterDirectory(member), backupDirectory(member), ...outer].join(' '),
    outerMounts: outer.join(' '),
    initialises: member.role === 'primary',
  };
  const unit = (name: string, more: View = {}, template = name): FilePlan =>
    unitFile(name, `pgsql/${template}.ejs`, { ...view, ...more });
  const backups = backupSchedules(settings).flatMap(({ type, calendar }) => [
    unit(`${backupUnit(type)}.service`, { type }, 'pgbackrest-backup.service'),
    unit(`${backupUnit(type)}.timer`, { type, calendar }, 'pgbackrest-backup.timer'),
  ]);
  const logDirectory = onHost(member, settings.pgbouncer_log_dir);
  return [
    unit('patroni.service', {
      watchdog: String(hasWatchdog(member)),
      isPart: String(citusGroup(member) !== undefined),
    }),
    unit('patroni-guard.service'),
    ...(hasWatchdog(member) ? [unit('patroni-watchdog.service')] : []),
    unit('pgsql-promoted.path'),
    unit('pgsql-promoted.service', { units: promotedUnits(settings) }),
    unit('pgsql-provision.service'),
    ...(settings.pgbouncer_enabled
      ? [
          unit('pgbouncer.service', {
            root: { $image: 'pgbouncer' },
            logDirectory,
            logTarget: settings.pgbouncer_log_dir,
            addresses: listenAddresses(member).join(','),
            port: settings.pgbouncer_port,
          }),
        ]
      : []),
    ...(settings.pgbackrest_enabled ? [unit('pgbackrest-init.service'), ...backups] : []),
  ];
}

function backupUnit(type: BackupSchedule['type']): string {
  return type === 'full' ? 'pgbackrest-backup' : `pgbackrest-backup-${type}`;
}

/** Units that a new primary runs again: the inventory may have changed, and its backup repository may be empty. */
function promotedUnits(settings: PgsqlMember['settings']): string {
  return [
    'pgsql-provision.service',
    ...(settings.pgbackrest_enabled ? ['pgbackrest-init.service'] : []),
  ].join(' ');
}

/** Files whose change starts or reloads units, in addition to the unit files. */
type Watched = { readonly provision: readonly FilePlan[]; readonly rules: readonly FilePlan[] };

function units(member: PgsqlMember, image: string, watched: Watched): UnitPlan[] {
  const { settings } = member;
  const provision = watched.provision.map(({ path }) => path);
  const rules = watched.rules.map(({ path }) => path);
  const unit = (name: string, more: Partial<UnitPlan>) => unitPlan(name, { image, ...more });
  const backup = [
    unit('pgbackrest-init.service', {
      restartOn: [BACKREST_CONFIG, 'etc/pgbackrest/first-backup.sh'],
      after: ['patroni.service', 'pgsql-provision.service'],
      activation: 'rerun',
    }),
    ...backupSchedules(settings).flatMap(({ type }) => [
      unit(`${backupUnit(type)}.service`, { activation: 'none' }),
      unit(`${backupUnit(type)}.timer`, { activation: 'timer' }),
    ]),
  ];
  return [
    ...(hasWatchdog(member) ? [unitPlan('patroni-watchdog.service')] : []),
    unit('patroni.service', {
      after: hasWatchdog(member) ? ['patroni-watchdog.service'] : [],
      // It changes Patroni for the connections to etcd.
      restartOn: ['etc/pgsql/pigsty_store.py'],
      reloadOn: [...Object.values(PATRONI_FILES), ...CERTIFICATE_FILES, ...STORE_FILES, ...rules],
    }),
    unit('patroni-guard.service', { restartOn: ['etc/pgsql/guard.py'], after: ['patroni.service'] }),
    unitPlan('pgsql-promoted.path'),
    unitPlan('pgsql-promoted.service', { activation: 'none' }),
    unit('pgsql-provision.service', {
      // Patroni's main file and converge.py have the declared content of the configuration store.
      restartOn: [...provision, PATRONI_FILES.main, 'etc/pgsql/converge.py'],
      after: ['patroni.service'],
      activation: 'rerun',
    }),
    ...(settings.pgbouncer_enabled
      ? [
          unit('pgbouncer.service', {
            image: 'pgbouncer',
            reloadOn: [...Object.values(PGBOUNCER_FILES), ...CERTIFICATE_FILES, ...rules],
          }),
        ]
      : []),
    ...(settings.pgbackrest_enabled ? backup : []),
  ];
}

/** The ports of services belong to HAProxy, in module NODE. */
export function pgsqlPorts(host: SiteHost, site: Site): PortUse[] {
  const member = memberOf(host, site);
  if (!member) return [];
  const { settings } = member;
  const listed = listenAddresses(member);
  const servers = listensEverywhere(listed) ? ['0.0.0.0'] : listed;
  const use = (port: number, unit: string, parameter: string, addresses: readonly string[]): PortUse => {
    const place = host.parameters.place(parameter);
    return { port, addresses, unit, parameter, ...(place && { place }) };
  };
  return [
    use(settings.pg_port, 'patroni.service', 'pg_port', servers),
    use(settings.patroni_port, 'patroni.service', 'patroni_port', [host.ip]),
    ...(settings.pgbouncer_enabled
      ? [use(settings.pgbouncer_port, 'pgbouncer.service', 'pgbouncer_port', servers)]
      : []),
    ...exporterPorts(member),
  ];
}
