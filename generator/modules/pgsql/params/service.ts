import * as z from 'zod';
import { cronToCalendar } from '../../../text/calendar.ts';
import { LATER, OURS, section, WITHOUT_EFFECT } from '../../params-section.ts';
import {
  AbsolutePath,
  AnyText,
  Cidr,
  DnsSuffix,
  expected,
  Flag,
  Ip,
  Line,
  listOf,
  oneOf,
  Port,
  Positive,
  Text,
  Texts,
  whole,
} from '../../schemas.ts';
import * as defaults from './defaults.ts';
import { CacheTimes, ServerUrl } from './exporter-schemas.ts';
import { BackupRepository, Extension, HbaRule, PgService, User } from './schemas.ts';

const Repositories = z.record(z.string(), BackupRepository, expected('a dictionary of repositories'));

const CRON = 'five fields of cron, as `0 1 * * *`';
const CronSchedule = z
  .string(expected(CRON))
  .refine(
    (text) => text.trim().split(/\s+/).length === 5 && cronToCalendar(text) !== undefined,
    expected(CRON),
  );

const DnsTarget = z.union(
  [z.enum(['auto', 'primary', 'vip', 'none']), Ip],
  expected('one of auto, primary, vip, none, or an IPv4 address'),
);

// biome-ignore format: a table, one parameter per row
export const provision = section('PG_PROVISION', [
  { id: 900, name: 'pg_provision', level: 'C', schema: Flag, default: true,
    meaning: 'create users and databases when the cluster runs' },
  { id: 901, name: 'pg_init', level: 'G/C', schema: Text, default: 'pg-init', note: 'without effect: pgsql-provision.service creates what the inventory declares',
    meaning: 'script that initialises a new cluster' },
  { id: 902, name: 'pg_default_roles', level: 'G/C', schema: listOf(User, 'roles'), default: defaults.roles, secretKeys: ['password'],
    meaning: 'roles and system users of every cluster' },
  { id: 903, name: 'pg_default_privileges', level: 'G/C', schema: Texts, default: defaults.privileges,
    meaning: 'default privileges on objects that administrators create' },
  { id: 904, name: 'pg_default_schemas', level: 'G/C', schema: Texts, default: ['monitor'],
    meaning: 'schemas of every database' },
  { id: 905, name: 'pg_default_extensions', level: 'G/C', schema: listOf(Extension, 'extensions'), default: defaults.extensions,
    meaning: 'extensions of every database' },
  { id: 906, name: 'pg_reload', level: 'A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'reload services when their configuration changes' },
  { id: 907, name: 'pg_default_hba_rules', level: 'G/C', schema: listOf(HbaRule, 'rules'), isExact: true, default: defaults.hbaRules,
    meaning: 'HBA rules of PostgreSQL for every cluster' },
  { id: 908, name: 'pgb_default_hba_rules', level: 'G/C', schema: listOf(HbaRule, 'rules'), isExact: true, default: defaults.poolHbaRules,
    meaning: 'HBA rules of pgbouncer for every cluster' },
]);

/** Options of a repository that are secret (pgBackRest manual, command reference). */
export const SECRET_REPOSITORY_KEYS: readonly string[] = [
  's3_key',
  's3_key_secret',
  's3_token',
  's3_sse_customer_key',
  'cipher_pass',
  'azure_key',
  'gcs_key',
  'sftp_private_key_passphrase',
];

// biome-ignore format: a table, one parameter per row
export const backup = section('PG_BACKUP', [
  { id: 910, name: 'pgbackrest_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'archive WAL and make backups with pgBackRest' },
  { id: 911, name: 'pgbackrest_clean', level: 'C', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'delete existing backups of the same name when a primary is set up' },
  { id: 912, name: 'pgbackrest_log_dir', level: 'C', schema: AbsolutePath, default: '/pg/log/pgbackrest',
    meaning: 'directory of pgBackRest\'s logs' },
  { id: 913, name: 'pgbackrest_method', level: 'C', schema: Line, default: 'local',
    meaning: 'entry of pgbackrest_repo for the backups' },
  { id: 914, name: 'pgbackrest_repo', level: 'G/C', schema: Repositories, default: defaults.repositories,
    secretKeys: SECRET_REPOSITORY_KEYS, placeholders: ['pg_cluster'],
    meaning: 'backup repositories by name, with pgBackRest\'s options; ${pg_cluster} is the name of the cluster' },
  { name: 'pgbackrest_schedule', level: 'G/C', schema: CronSchedule, default: '0 1 * * *', note: OURS,
    meaning: 'when full backups run, in cron\'s fields, unless node_crontab or pg_crontab calls pg-backup' },
  { name: 'pg_crontab', level: 'C', schema: Texts, default: [], note: LATER,
    meaning: 'lines of a crontab of the account pg_dbsu: five fields, command' },
]);

// biome-ignore format: a table, one parameter per row
export const service = section('PG_SERVICE', [
  { id: 921, name: 'pg_weight', level: 'I', schema: whole(0, 255, 'a weight 0-255'), default: 100,
    meaning: 'weight of the member in services' },
  { id: 922, name: 'pg_service_provider', level: 'G/C', schema: AnyText, default: '',
    meaning: 'group whose HAProxy runs the services; empty for the members\' own' },
  { id: 923, name: 'pg_default_service_dest', level: 'G/C', schema: oneOf('postgres', 'pgbouncer'), default: 'pgbouncer',
    meaning: 'destination of services with dest default' },
  { id: 924, name: 'pg_default_services', level: 'G/C', schema: listOf(PgService, 'services'), default: defaults.services,
    meaning: 'services of every cluster' },
  { id: 931, name: 'pg_vip_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'add a VIP to the host of the primary' },
  { id: 932, name: 'pg_vip_address', level: 'C', schema: Cidr, default: '127.0.0.1/24',
    meaning: 'address and mask of the VIP; required with pg_vip_enabled' },
  { id: 933, name: 'pg_vip_interface', level: 'C/I', schema: Line, default: 'eth0',
    meaning: 'network interface of pg_vip_address' },
  { id: 934, name: 'pg_dns_suffix', level: 'C', schema: DnsSuffix, default: '',
    meaning: 'suffix of the cluster\'s DNS name' },
  { id: 935, name: 'pg_dns_target', level: 'C', schema: DnsTarget, default: 'auto',
    meaning: 'target of the cluster\'s DNS name' },
]);

// biome-ignore format: a table, one parameter per row
export const exporter = section('PG_EXPORTER', [
  { id: 940, name: 'pg_exporter_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'export metrics of PostgreSQL' },
  { id: 941, name: 'pg_exporter_config', level: 'C', schema: Text, default: 'pg_exporter.yml', note: 'without effect: the product has queries of its own',
    meaning: 'file with the definitions of the collected metrics' },
  { id: 942, name: 'pg_exporter_cache_ttls', level: 'C', schema: CacheTimes, default: '1,10,60,300', unit: 's',
    meaning: 'cache time of results, for fast to slow queries' },
  { id: 943, name: 'pg_exporter_port', level: 'C', schema: Port, default: 9630,
    meaning: 'port of PostgreSQL\'s metrics' },
  { id: 944, name: 'pg_exporter_params', level: 'C', schema: AnyText, default: 'sslmode=disable',
    meaning: 'parameters appended to the exporter\'s connection address' },
  { id: 945, name: 'pg_exporter_url', level: 'C', schema: ServerUrl, default: '', secret: true,
    meaning: 'connection address of the exporter; empty derives it from other parameters' },
  { id: 946, name: 'pg_exporter_auto_discovery', level: 'C', schema: Flag, default: true,
    meaning: 'monitor all databases automatically' },
  { id: 947, name: 'pg_exporter_exclude_database', level: 'C', schema: AnyText, default: 'template0,template1,postgres',
    meaning: 'databases that auto discovery ignores, separated by commas' },
  { id: 948, name: 'pg_exporter_include_database', level: 'C', schema: AnyText, default: '',
    meaning: 'databases that auto discovery includes, separated by commas' },
  { id: 949, name: 'pg_exporter_connect_timeout', level: 'C', schema: Positive, default: 200, unit: 'ms',
    meaning: 'connection timeout of the exporter' },
  { id: 950, name: 'pg_exporter_options', level: 'C', schema: AnyText, default: '',
    meaning: 'additional arguments of the exporter; a flag replaces the same one of ours' },
  { id: 951, name: 'pgbouncer_exporter_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'export metrics of pgbouncer' },
  { id: 952, name: 'pgbouncer_exporter_port', level: 'C', schema: Port, default: 9631,
    meaning: 'port of pgbouncer\'s metrics' },
  { id: 953, name: 'pgbouncer_exporter_url', level: 'C', schema: ServerUrl, default: '', secret: true,
    meaning: 'connection address of pgbouncer\'s exporter; empty derives it from other parameters' },
  { id: 954, name: 'pgbouncer_exporter_options', level: 'C', schema: AnyText, default: '',
    meaning: 'additional arguments of pgbouncer\'s exporter; a flag replaces the same one of ours' },
  { name: 'pgbackrest_exporter_enabled', level: 'C', schema: Flag, default: true, note: LATER,
    meaning: 'export metrics of backups' },
  { name: 'pgbackrest_exporter_port', level: 'C', schema: Port, default: 9854, note: LATER,
    meaning: 'port of the backups\' metrics' },
  { name: 'pgbackrest_exporter_options', level: 'C', schema: AnyText, default: '', note: LATER,
    meaning: 'additional arguments of the backups\' exporter; a flag replaces the same one of ours' },
]);
