import * as z from 'zod';
import { defaultPlatform, distributionOf, distributions } from '../../../distributions/index.ts';
import { LATER, OURS, section, UNREAD } from '../../params-section.ts';
import {
  AbsolutePath,
  byPort,
  ClusterName,
  Count,
  Flag,
  Ip,
  Line,
  listOf,
  oneOf,
  Password,
  PasswordOrNone,
  Positive,
  RoleName,
  Size,
  SystemUser,
  Texts,
  UserId,
  whole,
} from '../../schemas.ts';
import * as defaults from './defaults.ts';
import { ForeignServer } from './exporter-schemas.ts';
import { Database, HbaRule, PgService, ServerSettings, User } from './schemas.ts';

const Role = oneOf('primary', 'replica', 'offline', 'standby', 'delayed');
/** Engines that Pigsty 4.5 installs in the place of PostgreSQL; their names are in checks/engine-checks.ts. */
const OTHER_ENGINES = [
  'gpsql',
  'mssql',
  'mysql',
  'ivory',
  'polar',
  'oriole',
  'agens',
  'pgedge',
  'pgtde',
  'tde',
] as const;
const MajorVersion = whole(12, 18, 'a major version of PostgreSQL, 12-18');

const CARRIED = distributions
  .map(({ name, postgres }) => `${postgres.majors.join(' and ')} on ${name}`)
  .join(', ');

// biome-ignore format: a table, one parameter per row
export const identity = section('PG_ID', [
  { id: 801, name: 'pg_mode', level: 'C', schema: oneOf('pgsql', 'citus', ...OTHER_ENGINES), default: 'pgsql', note: 'pgsql and citus are built; an error for the other engines of Pigsty',
    meaning: 'engine of the cluster: plain PostgreSQL, Citus, or another one' },
  { id: 802, name: 'pg_cluster', isIdentity: true, level: 'C', schema: ClusterName,
    meaning: 'name of the cluster; hosts with the same one are its members' },
  { id: 803, name: 'pg_seq', level: 'I', schema: Count,
    meaning: 'permanent number of the member; its name is <pg_cluster>-<seq>' },
  { id: 804, name: 'pg_role', level: 'I', schema: Role,
    meaning: 'declared role of the member; a failover can change the actual role' },
  { id: 805, name: 'pg_instances', level: 'I', schema: byPort(z.unknown()), note: UNREAD,
    meaning: 'several instances on one host, by port' },
  { id: 806, name: 'pg_upstream', level: 'I', schema: Ip,
    meaning: 'address to replicate from: on a primary, in another cluster; on a replica, another member' },
  { id: 807, name: 'pg_shard', level: 'C', schema: ClusterName,
    meaning: 'name of the Citus cluster; when unset, pg_cluster' },
  { id: 808, name: 'pg_group', level: 'C', schema: Count,
    meaning: 'number of the Citus group; 0 is the coordinator' },
  { id: 809, name: 'gp_role', level: 'C', schema: oneOf('master', 'segment'), note: UNREAD,
    meaning: 'role of a cluster in Greenplum' },
  { id: 810, name: 'pg_exporters', level: 'C', schema: byPort(ForeignServer), secretKeys: ['pg_monitor_password', 'pg_exporter_url'],
    meaning: 'servers outside the site that the infra hosts monitor, by the port of their exporter (docs/foreign.md)' },
  { id: 811, name: 'pg_offline_query', level: 'I', schema: Flag, default: false,
    meaning: 'use the member for slow and batch queries, like an offline member' },
  { name: 'mongo_cluster', level: 'C', schema: Line, note: LATER,
    meaning: 'name of a cluster of FerretDB, which has the interface of MongoDB: an error, it is not built' },
  { name: 'mysql_cluster', level: 'C', schema: Line, note: LATER,
    meaning: 'name of a cluster of MySQL: an error, it is not built' },
]);

// biome-ignore format: a table, one parameter per row
export const business = section('PG_BUSINESS', [
  { id: 820, name: 'pg_users', level: 'C', schema: listOf(User, 'users'), default: [], secretKeys: ['password'],
    meaning: 'users and roles of the applications' },
  { id: 821, name: 'pg_databases', level: 'C', schema: listOf(Database, 'databases'), default: [], laterKeys: ['is_template'],
    meaning: 'databases of the applications' },
  { id: 822, name: 'pg_services', level: 'C', schema: listOf(PgService, 'services'), default: [],
    meaning: 'additional services of this cluster' },
  { id: 823, name: 'pg_hba_rules', level: 'C', schema: listOf(HbaRule, 'rules'), isExact: true, default: [],
    meaning: 'additional HBA rules of PostgreSQL' },
  { id: 824, name: 'pgb_hba_rules', level: 'C', schema: listOf(HbaRule, 'rules'), isExact: true, default: [],
    meaning: 'additional HBA rules of pgbouncer' },
  { id: 831, name: 'pg_replication_username', level: 'G', schema: RoleName, default: 'replicator',
    meaning: 'role for replication' },
  { id: 832, name: 'pg_replication_password', level: 'G', schema: Password, default: 'DBUser.Replicator', secret: true,
    meaning: 'password of the replication role' },
  { id: 833, name: 'pg_admin_username', level: 'G', schema: RoleName, default: 'dbuser_dba',
    meaning: 'role of the administrators, a superuser' },
  { id: 834, name: 'pg_admin_password', level: 'G', schema: Password, default: 'DBUser.DBA', secret: true,
    meaning: 'password of the administrators\' role' },
  { id: 835, name: 'pg_monitor_username', level: 'G', schema: RoleName, default: 'dbuser_monitor',
    meaning: 'role for metrics and health checks' },
  { id: 836, name: 'pg_monitor_password', level: 'G', schema: Password, default: 'DBUser.Monitor', secret: true,
    meaning: 'password of the monitoring role' },
  { id: 837, name: 'pg_dbsu_password', level: 'G/C', schema: PasswordOrNone, default: '', secret: true,
    meaning: 'password of the database superuser; empty allows local connections only' },
]);

// biome-ignore format: a table, one parameter per row
export const install = section('PG_INSTALL', [
  { id: 840, name: 'pg_dbsu', level: 'C', schema: SystemUser, default: 'postgres',
    meaning: 'account that PostgreSQL runs as, and its superuser' },
  { id: 841, name: 'pg_dbsu_uid', level: 'C', schema: UserId, default: 543, note: '26 where node_os is EL',
    meaning: 'user and group id of the account pg_dbsu' },
  { id: 842, name: 'pg_dbsu_sudo', level: 'C', schema: oneOf('none', 'limit', 'all', 'nopass'), default: 'limit',
    meaning: 'sudo rights of the account pg_dbsu' },
  { id: 843, name: 'pg_dbsu_home', level: 'C', schema: AbsolutePath, default: '/var/lib/pgsql',
    meaning: 'home directory of the account pg_dbsu' },
  { id: 844, name: 'pg_dbsu_ssh_exchange', level: 'C', schema: Flag, default: true,
    meaning: 'allow ssh between members for the account pg_dbsu, with one key' },
  { id: 845, name: 'pg_version', level: 'C', schema: MajorVersion, default: distributionOf(defaultPlatform).postgres.majors[0], note: `the release of the image's platform: ${CARRIED}; 16 in Pigsty 2.6`,
    meaning: 'major version of PostgreSQL' },
  { id: 846, name: 'pg_bin_dir', level: 'C', schema: AbsolutePath, default: '/usr/pgsql/bin', note: 'without effect: programs are in the image, and by their names on the node',
    meaning: 'directory of PostgreSQL\'s programs' },
  { id: 847, name: 'pg_log_dir', level: 'C', schema: AbsolutePath, default: '/pg/log/postgres',
    meaning: 'directory of PostgreSQL\'s logs' },
  { name: 'pg_parameters', level: 'C/I', schema: ServerSettings, default: {}, note: LATER,
    meaning: 'parameters of PostgreSQL, over those of the template and of the node; unknown names and bad values are errors' },
  { name: 'pg_log_keep_size', level: 'C', schema: Size, default: '2GiB', note: OURS,
    meaning: 'maximum size of each log directory of a member; at most a tenth of the disk for all of them' },
  { name: 'pg_log_keep_days', level: 'C', schema: Positive, default: 30, unit: 'days', note: OURS,
    meaning: 'age after which logs of a member are deleted' },
  { id: 848, name: 'pg_packages', level: 'C', schema: Texts, default: defaults.packages,
    meaning: 'packages of a member; ${pg_version} is the major version' },
  { id: 849, name: 'pg_extensions', level: 'C', schema: Texts, default: defaults.extensionPackages,
    meaning: 'packages of extensions, llvmjit for the JIT; ${pg_version} is the major version' },
]);
