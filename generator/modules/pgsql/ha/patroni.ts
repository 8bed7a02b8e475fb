import { electionSeconds, type Facts, StoreEndpoint, storePassword } from '../../../model/facts.ts';
import { infraIps } from '../../../model/infra.ts';
import type { FilePlan, FileSource, PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { templateOf } from '../conf-template.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { hasRestTls } from '../record.ts';
import { tuningSource } from '../server/tuning-file.ts';
import { citusGroup, otherGroups, storePrefix } from '../topology/citus.ts';
import { canLead, cascadeSource } from '../topology/upstream.ts';
import {
  binaryDirectory,
  type ClientRules,
  INITDB,
  initdbOptions,
  postgresqlConfig,
} from './patroni-postgresql.ts';
import { storeConfig } from './patroni-store.ts';
import { recovery } from './recovery.ts';

/** Patroni reads a directory of files in order of their names, later ones override earlier ones. */
export const PATRONI_FILES = {
  main: 'etc/patroni/10-patroni.yml',
  tuning: 'etc/patroni/20-tuning.yml',
  secrets: 'etc/patroni/30-secrets.yml',
} as const;

const PGSQL = '/etc/pigsty/current/etc/pgsql';

/** A step before Patroni that, with {@link INITDB}, restarts an interrupted initialisation. */
const BEFORE_PATRONI = 'etc/pgsql/before-patroni.sh';

/** The address of Patroni's REST interface on a member. */
export function restUrl(member: PgsqlMember, site: Site): string {
  const { settings, host } = member;
  return `${hasRestTls(member, site) ? 'https' : 'http'}://${host.ip}:${settings.patroni_port}`;
}

/** Inputs from other modules and from other parts of this one. */
type Inputs = { readonly facts: Facts; readonly rules: ClientRules };

/** The three files of one member's Patroni configuration, and the scripts around its start. */
export function patroniFiles(member: PgsqlMember, site: Site, inputs: Inputs): FilePlan[] {
  const group = member.settings.pg_dbsu;
  const file = (path: string, mode: number, source: FileSource): FilePlan => {
    return { path, mode, group, source };
  };
  return [
    file(PATRONI_FILES.main, 0o644, { kind: 'yaml', data: mainConfig(member, site, inputs) }),
    file(PATRONI_FILES.tuning, 0o644, tuningSource(member.settings)),
    file(PATRONI_FILES.secrets, 0o640, { kind: 'yaml', data: secretConfig(member) }),
    file(INITDB, 0o755, {
      kind: 'template',
      template: 'pgsql/initdb.sh.ejs',
      view: { initdb: `${binaryDirectory(member.settings)}/initdb` },
    }),
    file(BEFORE_PATRONI, 0o755, { kind: 'template', template: 'pgsql/before-patroni.sh.ejs', view: {} }),
  ];
}

function mainConfig(member: PgsqlMember, site: Site, { facts, rules }: Inputs): PlanData {
  const { settings, host, instance, cluster } = member;
  const members = clusterMembers(site, cluster);
  const part = citusGroup(member);
  const hasTls = hasRestTls(member, site);
  const peers = [...members, ...otherGroups(member, site)];
  return {
    scope: part?.shard ?? cluster,
    namespace: `${settings.pg_namespace}/`,
    name: instance,
    ...(part && { citus: { group: part.number, database: part.database } }),
    log: { level: 'INFO', dir: settings.patroni_log_dir, file_size: 32 * 2 ** 20, file_num: 10 },
    restapi: {
      listen: `${host.ip}:${settings.patroni_port}`,
      connect_address: `${host.ip}:${settings.patroni_port}`,
      authentication: { username: settings.patroni_username },
      allowlist: [...new Set(['127.0.0.1', ...peers.map((peer) => peer.host.ip), ...infraIps(site)])],
      ...(hasTls && {
        certfile: `${PGSQL}/server.crt`,
        keyfile: `${PGSQL}/server.key`,
        cafile: `${PGSQL}/ca.crt`,
      }),
    },
    // For requests of members and patronictl.
    ...(hasTls && { ctl: { insecure: false, cacert: `${PGSQL}/ca.crt` } }),
    etcd3: {
      hosts: facts.all(StoreEndpoint).map(({ ip, port }) => `${ip}:${port}`),
      protocol: 'https',
      cacert: `${PGSQL}/ca.crt`,
      cert: `${PGSQL}/store.crt`,
      key: `${PGSQL}/store.key`,
    },
    bootstrap: {
      dcs: storeConfig(member, site, facts),
      initdb: initdbOptions(settings),
      // Before Patroni creates the distributed database, create it like any other: template, options and baseline.
      ...(part && { post_init: `/bin/sh ${PGSQL}/provision.sh` }),
    },
    postgresql: postgresqlConfig(member, site, rules),
    watchdog: {
      mode: settings.patroni_watchdog_mode,
      device: '/dev/watchdog',
      safety_margin: recovery(settings.pg_rto, electionSeconds(facts)).watchdogMargin,
    },
    tags: tags(member, site),
  };
}

/** Tags of a member, for Patroni and health checks (Patroni manual, "YAML Configuration Settings", Tags). */
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

function secretConfig(member: PgsqlMember): PlanData {
  const { settings } = member;
  const password: PlanData = { $secret: 'pg_replication_password', as: 'plain' };
  const replicator = { username: settings.pg_replication_username, password };
  return {
    etcd3: { username: storePrefix(member), password: storePassword(storePrefix(member)) },
    restapi: {
      authentication: {
        username: settings.patroni_username,
        password: { $secret: 'patroni_password', as: 'plain' },
      },
    },
    postgresql: { authentication: { replication: replicator, rewind: replicator } },
  };
}
