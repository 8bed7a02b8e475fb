import * as z from 'zod';
import { defaultPlatform, distributionOf, distributions } from '../../../distributions/index.ts';
import { section, UNREAD } from '../../params-section.ts';
import {
  AbsolutePath,
  byPort,
  ClusterName,
  Count,
  Flag,
  Ip,
  listOf,
  oneOf,
  Password,
  PasswordOrNone,
  SystemUser,
  Text,
  Texts,
  UserId,
  whole,
} from '../../schemas.ts';
import * as defaults from './defaults.ts';
import { Database, HbaRule, PgService, RemoteInstance, User } from './schemas.ts';

const Role = oneOf('primary', 'replica', 'offline', 'standby', 'delayed');
const MajorVersion = whole(12, 18, 'a major version of PostgreSQL, 12-18');

const CARRIED = distributions
  .map(({ name, postgres }) => `${postgres.majors.join(' and ')} on ${name}`)
  .join(', ');

// biome-ignore format: a table, one parameter per row
export const identity = section('PG_ID', [
  { id: 801, name: 'pg_mode', level: 'C', schema: oneOf('pgsql', 'citus', 'gpsql'), default: 'pgsql',
    meaning: 'what the members form: plain PostgreSQL, Citus or Greenplum' },
  { id: 802, name: 'pg_cluster', level: 'C', schema: ClusterName,
    meaning: 'name of the cluster; hosts with the same one are its members' },
  { id: 803, name: 'pg_seq', level: 'I', schema: Count,
    meaning: 'number of the member, kept for life; names it <pg_cluster>-<seq>' },
  { id: 804, name: 'pg_role', level: 'I', schema: Role,
    meaning: 'what the member starts as; a failover may change it' },
  { id: 805, name: 'pg_instances', level: 'I', schema: byPort(z.unknown()), note: UNREAD,
    meaning: 'several instances on one host, by port' },
  { id: 806, name: 'pg_upstream', level: 'I', schema: Ip,
    meaning: 'address to replicate from: the other cluster of a standby cluster\'s leader, or a cascading replica\'s source' },
  { id: 807, name: 'pg_shard', level: 'C', schema: ClusterName,
    meaning: 'name that the shards of a sharded database share; pg_cluster where absent' },
  { id: 808, name: 'pg_group', level: 'C', schema: Count,
    meaning: 'number of the shard, 0 for the coordinator' },
  { id: 809, name: 'gp_role', level: 'C', schema: oneOf('master', 'segment'), note: UNREAD,
    meaning: 'part that a Greenplum cluster plays' },
  { id: 810, name: 'pg_exporters', level: 'C', schema: byPort(RemoteInstance), secretKeys: ['pg_monitor_password', 'pg_exporter_url'],
    meaning: 'servers elsewhere that an infra host watches, by the port of their exporter' },
  { id: 811, name: 'pg_offline_query', level: 'I', schema: Flag, default: false,
    meaning: 'let the member take slow and batch queries as an offline one does' },
]);

// biome-ignore format: a table, one parameter per row
export const business = section('PG_BUSINESS', [
  { id: 820, name: 'pg_users', level: 'C', schema: listOf(User, 'users'), default: [], secretKeys: ['password'],
    meaning: 'users and roles of the applications' },
  { id: 821, name: 'pg_databases', level: 'C', schema: listOf(Database, 'databases'), default: [],
    meaning: 'databases of the applications' },
  { id: 822, name: 'pg_services', level: 'C', schema: listOf(PgService, 'services'), default: [],
    meaning: 'services of this cluster beyond pg_default_services' },
  { id: 823, name: 'pg_hba_rules', level: 'C', schema: listOf(HbaRule, 'rules'), default: [],
    meaning: 'who may connect to PostgreSQL beyond pg_default_hba_rules' },
  { id: 824, name: 'pgb_hba_rules', level: 'C', schema: listOf(HbaRule, 'rules'), default: [],
    meaning: 'who may connect to pgbouncer beyond pgb_default_hba_rules' },
  { id: 831, name: 'pg_replication_username', level: 'G', schema: Text, default: 'replicator',
    meaning: 'role that replicas connect as' },
  { id: 832, name: 'pg_replication_password', level: 'G', schema: Password, default: 'DBUser.Replicator', secret: true,
    meaning: 'password of the replication role' },
  { id: 833, name: 'pg_admin_username', level: 'G', schema: Text, default: 'dbuser_dba',
    meaning: 'role of the administrators, a superuser' },
  { id: 834, name: 'pg_admin_password', level: 'G', schema: Password, default: 'DBUser.DBA', secret: true,
    meaning: 'password of the administrators\' role' },
  { id: 835, name: 'pg_monitor_username', level: 'G', schema: Text, default: 'dbuser_monitor',
    meaning: 'role that metrics and health checks connect as' },
  { id: 836, name: 'pg_monitor_password', level: 'G', schema: Password, default: 'DBUser.Monitor', secret: true,
    meaning: 'password of the monitoring role' },
  { id: 837, name: 'pg_dbsu_password', level: 'G/C', schema: PasswordOrNone, default: '', secret: true,
    meaning: 'password of the database superuser; empty allows local logins only' },
]);

// biome-ignore format: a table, one parameter per row
export const install = section('PG_INSTALL', [
  { id: 840, name: 'pg_dbsu', level: 'C', schema: SystemUser, default: 'postgres',
    meaning: 'account that PostgreSQL runs as, and its superuser' },
  { id: 841, name: 'pg_dbsu_uid', level: 'C', schema: UserId, default: 543, note: '26 where node_os is EL',
    meaning: 'user and group id of the account pg_dbsu' },
  { id: 842, name: 'pg_dbsu_sudo', level: 'C', schema: oneOf('none', 'limit', 'all', 'nopass'), default: 'limit',
    meaning: 'what the account pg_dbsu may do with sudo' },
  { id: 843, name: 'pg_dbsu_home', level: 'C', schema: AbsolutePath, default: '/var/lib/pgsql',
    meaning: 'home directory of the account pg_dbsu' },
  { id: 844, name: 'pg_dbsu_ssh_exchange', level: 'C', schema: Flag, default: true,
    meaning: 'let the account pg_dbsu log on from one member to another; one key for all of them' },
  { id: 845, name: 'pg_version', level: 'C', schema: MajorVersion, default: distributionOf(defaultPlatform).postgres.majors[0], note: `the release that the image's platform carries: ${CARRIED}; 16 in Pigsty 2.6`,
    meaning: 'major version of PostgreSQL' },
  { id: 846, name: 'pg_bin_dir', level: 'C', schema: AbsolutePath, default: '/usr/pgsql/bin', note: 'without effect: programs are in the image, and by their names on the node',
    meaning: 'directory of PostgreSQL\'s programs' },
  { id: 847, name: 'pg_log_dir', level: 'C', schema: AbsolutePath, default: '/pg/log/postgres',
    meaning: 'directory of PostgreSQL\'s logs' },
  { id: 848, name: 'pg_packages', level: 'C', schema: Texts, default: defaults.packages,
    meaning: 'packages that a member needs; ${pg_version} stands for the major version' },
  { id: 849, name: 'pg_extensions', level: 'C', schema: Texts, default: defaults.extensionPackages,
    meaning: 'packages of extensions, llvmjit for the JIT; ${pg_version} stands for the major version' },
]);
