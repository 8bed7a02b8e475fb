import { electionSeconds, type Facts, StoreEndpoint } from '../../../model/facts.ts';
import { infraIps } from '../../../model/infra.ts';
import type { FilePlan, FileSource, PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { evaluate, type Facts as NodeFacts, toShell } from '../../../text/formula.ts';
import { hbaContext, postgresRules, roleNeutralLines } from '../access/hba.ts';
import { archiveCommand } from '../backup/backup.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { localParameters, storeParameters } from '../server/parameters.ts';
import { declaredFacts, MAX_WORKER_PROCESSES, templateOf, tunedParameters } from '../server/tuning.ts';
import type { PgsqlSettings } from '../settings.ts';
import { citusPart, identityLines, otherParts } from '../topology/citus.ts';
import { canLead, cascadeSource, copiesOf, delayOf, standbySource } from '../topology/upstream.ts';
import { isSynchronous, recovery } from './recovery.ts';
import { vipOf } from './vip.ts';

/** Patroni reads a directory of files in order of their names, later ones merged over earlier ones. */
export const PATRONI_FILES = {
  main: 'etc/patroni/10-patroni.yml',
  tuning: 'etc/patroni/20-tuning.yml',
  secrets: 'etc/patroni/30-secrets.yml',
} as const;

const PGSQL = '/etc/pigsty/current/etc/pgsql';
const ON_ROLE = `/bin/sh ${PGSQL}/on-role.sh`;

/** What makes an initialisation that was cut short begin anew: a step before Patroni, and initdb as Patroni runs it. */
const BEFORE_PATRONI = 'etc/pgsql/before-patroni.sh';
const INITDB = 'etc/pgsql/initdb.sh';

/** Of Patroni's REST interface on a member. */
export function restUrl({ settings, host }: PgsqlMember): string {
  return `${settings.patroni_ssl_enabled ? 'https' : 'http'}://${host.ip}:${settings.patroni_port}`;
}

/** The three files of one member's Patroni configuration, and the scripts around its start. */
export function patroniFiles(member: PgsqlMember, site: Site, facts: Facts): FilePlan[] {
  const user = member.settings.pg_dbsu;
  const file = (path: string, mode: number, source: FileSource): FilePlan => {
    return { path, mode, owner: user, group: user, source };
  };
  return [
    file(PATRONI_FILES.main, 0o644, { kind: 'yaml', data: mainConfig(member, site, facts) }),
    file(PATRONI_FILES.tuning, 0o644, tuningSource(member.settings)),
    file(PATRONI_FILES.secrets, 0o600, { kind: 'yaml', data: secretConfig(member.settings) }),
    file(INITDB, 0o755, {
      kind: 'template',
      template: 'pgsql/initdb.sh.ejs',
      view: { initdb: `${binaryDirectory(member.settings)}/initdb` },
    }),
    file(BEFORE_PATRONI, 0o755, { kind: 'template', template: 'pgsql/before-patroni.sh.ejs', view: {} }),
  ];
}

function binaryDirectory(settings: PgsqlSettings): string {
  return `/usr/lib/postgresql/${settings.pg_version}/bin`;
}

function mainConfig(member: PgsqlMember, site: Site, facts: Facts): PlanData {
  const { settings, host, instance, cluster } = member;
  const members = clusterMembers(site, cluster);
  const part = citusPart(member);
  const peers = [...members, ...otherParts(member, site)];
  const store = {
    ...storeConfig(settings, facts),
    ...slotConfig(cluster, site),
    ...standbyConfig(members, site),
  };
  return {
    scope: part?.shard ?? cluster,
    namespace: `${settings.pg_namespace}/`,
    name: instance,
    ...(part && { citus: { group: part.group, database: part.database } }),
    log: { level: 'INFO', dir: settings.patroni_log_dir, file_size: 32 * 2 ** 20, file_num: 20 },
    restapi: {
      listen: `${host.ip}:${settings.patroni_port}`,
      connect_address: `${host.ip}:${settings.patroni_port}`,
      authentication: { username: settings.patroni_username },
      allowlist: [...new Set(['127.0.0.1', ...peers.map((peer) => peer.host.ip), ...infraIps(site)])],
      ...(settings.patroni_ssl_enabled && {
        certfile: `${PGSQL}/server.crt`,
        keyfile: `${PGSQL}/server.key`,
        cafile: `${PGSQL}/ca.crt`,
      }),
    },
    // How members and patronictl ask each other.
    ...(settings.patroni_ssl_enabled && { ctl: { insecure: false, cacert: `${PGSQL}/ca.crt` } }),
    etcd3: {
      hosts: facts.all(StoreEndpoint).map(({ ip, port }) => `${ip}:${port}`),
      protocol: 'https',
      cacert: `${PGSQL}/ca.crt`,
      cert: `${PGSQL}/server.crt`,
      key: `${PGSQL}/server.key`,
    },
    bootstrap: {
      dcs: store,
      initdb: initdbOptions(settings),
      // Before Patroni makes the database that is spread, as if it were no other: templates, options and a baseline.
      ...(part && { post_init: `/bin/sh ${PGSQL}/provision.sh` }),
    },
    postgresql: postgresqlConfig(member, site),
    watchdog: {
      mode: settings.patroni_watchdog_mode,
      device: '/dev/watchdog',
      safety_margin: recovery(settings.pg_rto, electionSeconds(facts)).watchdogMargin,
    },
    tags: tags(member, site),
  };
}

/** What Patroni and the health checks make of a member (Patroni manual, "YAML Configuration Settings", Tags). */
function tags(member: PgsqlMember, site: Site): PlanData {
  const isBehind = !canLead(member, clusterMembers(site, member.cluster));
  const source = cascadeSource(member, site);
  return {
    nofailover: isBehind,
    clonefrom: !isBehind,
    noloadbalance: isBehind,
    nosync: isBehind,
    ...(source && { replicatefrom: source.instance }),
    conf: templateOf(member.settings),
    version: String(member.settings.pg_version),
  };
}

/** For a cluster that copies another one; its leader follows that, its replicas follow its leader. */
function standbyConfig(members: readonly PgsqlMember[], site: Site): { readonly [key: string]: PlanData } {
  const source = standbySource(members, site);
  const primary = members.find((member) => member.role === 'primary');
  if (!source || !primary) return {};
  const { hosts, port, slot } = source;
  const delay = delayOf(primary, members);
  return {
    standby_cluster: {
      host: hosts.join(','),
      port,
      ...(slot !== undefined && { primary_slot_name: slot }),
      create_replica_methods: ['basebackup'],
      ...(delay !== undefined && { recovery_min_apply_delay: delay }),
    },
  };
}

/** What the copies of a cluster have not got yet is kept for them, within max_slot_wal_keep_size. */
function slotConfig(cluster: string, site: Site): { readonly [key: string]: PlanData } {
  const slots = (copiesOf(site).get(cluster) ?? []).flatMap(({ source }) => source.slot ?? []);
  if (slots.length === 0) return {};
  return { slots: Object.fromEntries(slots.map((slot) => [slot, { type: 'physical' }])) };
}

/** What the configuration store holds: written at bootstrap, kept so by converge.py. */
function storeConfig(settings: PgsqlSettings, facts: Facts): { readonly [key: string]: PlanData } {
  const times = recovery(settings.pg_rto, electionSeconds(facts));
  return {
    ttl: times.ttl,
    loop_wait: times.loopWait,
    retry_timeout: times.retryTimeout,
    primary_start_timeout: times.primaryStartTimeout,
    primary_stop_timeout: 30,
    maximum_lag_on_failover: settings.pg_rpo,
    maximum_lag_on_syncnode: -1,
    synchronous_mode: isSynchronous(settings),
    synchronous_mode_strict: false,
    failsafe_mode: true,
    postgresql: {
      use_slots: true,
      use_pg_rewind: true,
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: false,
      parameters: storeParameters(settings),
    },
  };
}

function initdbOptions(settings: PgsqlSettings): PlanData {
  const hasChecksums = settings.pg_checksum || templateOf(settings) === 'crit';
  return [
    { encoding: settings.pg_encoding },
    { locale: settings.pg_locale },
    { 'lc-collate': settings.pg_lc_collate },
    { 'lc-ctype': settings.pg_lc_ctype },
    ...(hasChecksums ? ['data-checksums'] : []),
  ];
}

function postgresqlConfig(member: PgsqlMember, site: Site): PlanData {
  const { settings, host } = member;
  const members = clusterMembers(site, member.cluster);
  const delay = delayOf(member, members);
  const rules = hbaContext('postgres', member, site);
  return {
    listen: `${listenAddresses(member)}:${settings.pg_port}`,
    connect_address: `${host.ip}:${settings.pg_port}`,
    data_dir: '/pg/data',
    bin_dir: binaryDirectory(settings),
    bin_name: { initdb: `/etc/pigsty/current/${INITDB}` },
    pgpass: '/pg/tmp/.pgpass',
    use_unix_socket: true,
    use_unix_socket_repl: true,
    authentication: {
      superuser: { username: settings.pg_dbsu },
      replication: { username: settings.pg_replication_username, sslmode: 'prefer' },
      // pg_rewind reads the leader's files over the network, where the superuser is not let in; roles.sql grants it that.
      rewind: { username: settings.pg_replication_username, sslmode: 'prefer' },
    },
    create_replica_methods: ['basebackup'],
    ...(delay !== undefined && { recovery_conf: { recovery_min_apply_delay: delay } }),
    basebackup: [{ 'max-rate': '1000M' }, { checkpoint: 'fast' }, 'verbose', 'progress'],
    pg_hba: roleNeutralLines(postgresRules(rules), rules),
    ...(rules.otherParts.length > 0 && { pg_ident: identityLines(rules.otherParts) }),
    callbacks: { on_start: ON_ROLE, on_role_change: ON_ROLE },
    parameters: {
      ...localParameters(member, settings.pgbackrest_enabled ? archiveCommand(member.cluster) : undefined),
      // It would keep the primary from vacuuming what a member that stays behind has not seen die.
      ...(delay !== undefined && { hot_standby_feedback: 'off' }),
    },
  };
}

/** `${vip}` is left out where there is none; the kernel lets a server listen on an address that is elsewhere (tuned.ts). */
function listenAddresses(member: PgsqlMember): string {
  const known: Record<string, string> = {
    '${ip}': member.host.ip,
    '${lo}': '127.0.0.1',
    '${vip}': vipOf(member) ?? '',
  };
  const addresses = member.settings.pg_listen.split(',').map((address) => {
    return address.trim().replaceAll(/\$\{(?:ip|lo|vip)\}/g, (placeholder) => known[placeholder] ?? '');
  });
  return addresses.filter((address) => address !== '').join(',');
}

function secretConfig(settings: PgsqlSettings): PlanData {
  const password: PlanData = { $secret: 'pg_replication_password', as: 'plain' };
  const replicator = { username: settings.pg_replication_username, password };
  return {
    restapi: {
      authentication: {
        username: settings.patroni_username,
        password: { $secret: 'patroni_password', as: 'plain' },
      },
    },
    postgresql: { authentication: { replication: replicator, rewind: replicator } },
  };
}

/** Declared facts give a finished file; without them the same formulas run on the node. */
function tuningSource(settings: PgsqlSettings): FileSource {
  const facts = declaredFacts(settings);
  return facts ? { kind: 'yaml', data: tuningConfig(settings, facts) } : measuredTuning(settings);
}

function tuningConfig(settings: PgsqlSettings, facts: NodeFacts): PlanData {
  const values = tunedParameters(settings).map(({ name, formula, unit }): [string, PlanData] => {
    const value = evaluate(formula, facts);
    return [name, unit === '' ? value : `${value}${unit}`];
  });
  const workers = { max_worker_processes: evaluate(MAX_WORKER_PROCESSES, facts) };
  return {
    bootstrap: { dcs: { postgresql: { parameters: workers } } },
    postgresql: { parameters: Object.fromEntries(values) },
  };
}

function measuredTuning(settings: PgsqlSettings): FileSource {
  const lines = tunedParameters(settings).map(({ name, formula, unit }) => ({
    name,
    formula: toShell(formula),
    unit,
  }));
  const view = { workers: toShell(MAX_WORKER_PROCESSES), parameters: lines };
  return { kind: 'measured', template: 'pgsql/tuning.sh.ejs', view };
}
