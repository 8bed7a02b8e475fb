import * as z from 'zod';
import { LATER, OURS, section, WITHOUT_EFFECT } from '../../params-section.ts';
import {
  AbsolutePath,
  Count,
  decimal,
  expected,
  Flag,
  Line,
  listOf,
  oneOf,
  Password,
  Port,
  pattern,
  patternOrNumber,
  RoleName,
  Size,
  whole,
} from '../../schemas.ts';
import { TEMPLATES } from '../conf-template.ts';

const LISTEN = 'addresses separated by commas, among them ${ip}, ${vip} and ${lo}';
const LISTENED = String.raw`(?:\*|\$\{(?:ip|vip|lo|admin_ip)\}|[\w.:-]+)`;
const Listen = pattern(new RegExp(`^ *${LISTENED}(?: *, *${LISTENED})* *$`), LISTEN);

/** YAML reads an unquoted `off` as false (pigsty.md section 12, point 5). */
const WatchdogMode = z.union(
  [z.enum(['off', 'automatic', 'required']), z.literal(false).transform(() => 'off' as const)],
  expected('one of off, automatic, required'),
);
const MAX_CONNECTIONS = 'auto or a number of connections, 20 or more';
const MaxConnections = z.union(
  [z.literal('auto'), whole(20, 262_143, MAX_CONNECTIONS)],
  expected(MAX_CONNECTIONS),
);
const TemplateName = z.enum(
  Object.keys(TEMPLATES) as (keyof typeof TEMPLATES)[],
  expected('one of oltp.yml, olap.yml, crit.yml, tiny.yml'),
);
const ParameterName = pattern(/^[\w.]+$/, 'the name of a parameter');
/** A value of recovery_min_apply_delay; a bare number is in milliseconds. */
const Delay = patternOrNumber(/^\d+(?:\.\d+)?\s?(?:us|ms|s|min|h|d)?$/, 'a time span, as 1h or 30min');

/** The plans of Pigsty 4 by the outage that its manual promises for each ("RTO Trade-offs"). */
const RTO_PLANS = { fast: 30, norm: 45, safe: 90, wide: 150 } as const;
const RTO = 'a number of seconds, 1 or more, or one of fast, norm, safe, wide';
const RecoveryTime = z.union(
  [whole(1, 2 ** 31 - 1, RTO), z.enum(['fast', 'norm', 'safe', 'wide']).transform((plan) => RTO_PLANS[plan])],
  expected(RTO),
);

// biome-ignore format: a table, one parameter per row
export const bootstrap = section('PG_BOOTSTRAP', [
  { id: 850, name: 'pg_safeguard', level: 'G/C/A', schema: Flag, default: false, note: WITHOUT_EFFECT,
    meaning: 'refuse to remove a member' },
  { id: 851, name: 'pg_clean', level: 'G/C/A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'remove an existing member, and its data, before setting up a new one' },
  { id: 852, name: 'pg_data', level: 'C', schema: AbsolutePath, default: '/pg/data', note: 'without effect: the data is in /pg/data, a directory of pg_fs_main',
    meaning: 'data directory of PostgreSQL' },
  { id: 853, name: 'pg_fs_main', level: 'C', schema: AbsolutePath, default: '/data',
    meaning: 'mount point of the disk for the database' },
  { id: 854, name: 'pg_fs_bkup', level: 'C', schema: AbsolutePath, default: '/data/backups',
    meaning: 'mount point of the disk for local backups' },
  { id: 855, name: 'pg_storage_type', level: 'C', schema: oneOf('SSD', 'HDD'), default: 'SSD',
    meaning: 'type of the main disk (SSD or HDD), for random_page_cost' },
  { id: 856, name: 'pg_dummy_filesize', level: 'C', schema: Size, default: '64MiB',
    meaning: 'size of /pg/dummy, which reserves disk space; delete it when the disk is full; 0 for none' },
  { id: 857, name: 'pg_listen', level: 'C/I', schema: Listen, default: '0.0.0.0',
    meaning: 'addresses that PostgreSQL and pgbouncer listen on' },
  { id: 858, name: 'pg_port', level: 'C', schema: Port, default: 5432,
    meaning: 'port of PostgreSQL' },
  { name: 'pg_relay_port', level: 'C', schema: Port, default: 5430, note: OURS,
    meaning: 'port of HAProxy that connects clients of services to PostgreSQL where rules depend on their addresses' },
  { id: 859, name: 'pg_localhost', level: 'C', schema: AbsolutePath, default: '/var/run/postgresql',
    meaning: 'directory of the Unix sockets for local connections' },
  { id: 860, name: 'pg_namespace', level: 'C', schema: AbsolutePath, default: '/pg',
    meaning: 'prefix of the cluster\'s keys in etcd' },
  { id: 861, name: 'patroni_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'manage the cluster with Patroni; required' },
  { id: 862, name: 'patroni_mode', level: 'C', schema: oneOf('default', 'pause', 'remove'), default: 'default',
    meaning: 'Patroni\'s mode: default, or pause (no failover)' },
  { id: 863, name: 'patroni_port', level: 'C', schema: Port, default: 8008,
    meaning: 'port of Patroni\'s REST interface' },
  { id: 864, name: 'patroni_log_dir', level: 'C', schema: AbsolutePath, default: '/pg/log/patroni',
    meaning: 'directory of Patroni\'s logs' },
  { id: 865, name: 'patroni_ssl_enabled', level: 'G', schema: Flag, default: true,
    meaning: 'serve the REST interface over TLS; a cluster of an earlier build without TLS stays so until this is set' },
  { id: 866, name: 'patroni_watchdog_mode', level: 'C', schema: WatchdogMode, default: 'off',
    meaning: 'whether a watchdog resets the host of a primary when Patroni has lost control' },
  { id: 867, name: 'patroni_username', level: 'C', schema: RoleName, default: 'postgres',
    meaning: 'name for the REST interface' },
  { id: 868, name: 'patroni_password', level: 'C', schema: Password, default: 'Patroni.API', secret: true,
    meaning: 'password for the REST interface' },
  { id: 869, name: 'patroni_citus_db', level: 'C', schema: Line, default: 'postgres',
    meaning: 'distributed database of the Citus cluster' },
  { id: 870, name: 'pg_conf', level: 'C', schema: TemplateName, default: 'oltp.yml',
    meaning: 'tuning template: oltp.yml, olap.yml, crit.yml, tiny.yml' },
  { id: 871, name: 'pg_max_conn', level: 'C', schema: MaxConnections, default: 'auto',
    meaning: 'max_connections; auto derives it from pg_conf' },
  { id: 872, name: 'pg_shared_buffer_ratio', level: 'C', schema: decimal(0.1, 0.4), default: 0.25,
    meaning: 'fraction of memory for shared_buffers' },
  { id: 873, name: 'pg_rto', level: 'C', schema: RecoveryTime, default: 30, unit: 's', note: 'fast, norm, safe and wide of Pigsty 4 are 30, 45, 90 and 150',
    meaning: 'maximum write outage after a failure; Patroni\'s lease follows from it' },
  { id: 874, name: 'pg_rpo', level: 'C', schema: Count, default: 1_048_576, unit: 'bytes',
    meaning: 'maximum replication lag of a replica that can become primary; 0 makes replication synchronous' },
  { id: 875, name: 'pg_libs', level: 'C', schema: Line, default: 'pg_stat_statements, auto_explain',
    meaning: 'libraries that PostgreSQL loads when it starts' },
  { id: 876, name: 'pg_delay', level: 'I', schema: Delay, default: '0',
    meaning: 'replication delay of a replica; with pg_upstream on the primary, of the standby cluster' },
  { id: 877, name: 'pg_checksum', level: 'C', schema: Flag, default: true,
    meaning: 'enable checksums of data pages when the cluster is initialised; always on with crit.yml' },
  { id: 878, name: 'pg_pwd_enc', level: 'C', schema: oneOf('scram-sha-256', 'md5'), default: 'scram-sha-256',
    meaning: 'method for stored passwords and authentication' },
  { id: 879, name: 'pg_encoding', level: 'C', schema: Line, default: 'UTF8',
    meaning: 'encoding of the cluster\'s databases' },
  { id: 880, name: 'pg_locale', level: 'C', schema: Line, default: 'C',
    meaning: 'locale of the cluster' },
  { id: 881, name: 'pg_lc_collate', level: 'C', schema: Line, default: 'C',
    meaning: 'sort order of text (LC_COLLATE)' },
  { id: 882, name: 'pg_lc_ctype', level: 'C', schema: Line, default: 'en_US.UTF8',
    meaning: 'character classification (LC_CTYPE)' },
  { id: 890, name: 'pgbouncer_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'run pgbouncer, the connection pool, beside PostgreSQL' },
  { id: 891, name: 'pgbouncer_port', level: 'C', schema: Port, default: 6432,
    meaning: 'port of pgbouncer' },
  { name: 'pgbouncer_relay_port', level: 'C', schema: Port, default: 6430, note: OURS,
    meaning: 'port of HAProxy that connects clients of services to pgbouncer where rules depend on their addresses' },
  { id: 892, name: 'pgbouncer_log_dir', level: 'C', schema: AbsolutePath, default: '/pg/log/pgbouncer',
    meaning: 'directory of pgbouncer\'s logs' },
  { id: 893, name: 'pgbouncer_auth_query', level: 'C', schema: Flag, default: false,
    meaning: 'authenticate users that are not in the userlist with auth_query; never superusers' },
  { id: 894, name: 'pgbouncer_poolmode', level: 'C', schema: oneOf('transaction', 'session', 'statement'), default: 'transaction',
    meaning: 'when a server connection goes back to the pool' },
  { id: 895, name: 'pgbouncer_sslmode', level: 'C', schema: oneOf('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'), default: 'disable',
    meaning: 'TLS mode for clients of pgbouncer' },
  { name: 'pgbouncer_ignore_param', level: 'C', schema: listOf(ParameterName, 'parameters'), default: ['extra_float_digits'], note: LATER,
    meaning: 'parameters of clients that pgbouncer ignores' },
]);
