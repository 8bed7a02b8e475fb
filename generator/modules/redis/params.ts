import * as z from 'zod';
import type { SettingsOf } from '../../model/settings.ts';
import { section } from '../params-section.ts';
import {
  AbsolutePath,
  AnyText,
  byPort,
  ClusterName,
  Count,
  expected,
  Flag,
  IpOrNone,
  listOf,
  oneOf,
  PasswordOrNone,
  Port,
  pattern,
  Size,
  Text,
} from '../schemas.ts';
import { RedisInstance, SentinelMaster } from './schemas.ts';

/** The policies of redis.conf's `maxmemory-policy`. */
const EvictionPolicy = oneOf(
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
);
const SavePoint = pattern(/^\d+ \d+(?: \d+ \d+)*$/, 'seconds and changes, as `1200 1`');
const NewNames = z.record(z.string(), AnyText, expected('a dictionary of commands and their new names'));

// biome-ignore format: a table, one parameter per row
export const rows = section('REDIS', [
  { id: 701, name: 'redis_cluster', isIdentity: true, level: 'C', schema: ClusterName,
    meaning: 'name of the cluster that the instances of this host belong to' },
  { id: 702, name: 'redis_instances', level: 'I', schema: byPort(RedisInstance),
    meaning: 'instances of this host by port, a replica with its primary' },
  { id: 703, name: 'redis_node', level: 'I', schema: Count,
    meaning: 'permanent number of this host in the cluster' },
  { id: 710, name: 'redis_fs_main', level: 'C', schema: AbsolutePath, default: '/data',
    meaning: 'mount point below which the instances keep their data' },
  { id: 711, name: 'redis_exporter_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'export metrics of all instances of this host' },
  { id: 712, name: 'redis_exporter_port', level: 'C', schema: Port, default: 9121,
    meaning: 'port of the metrics exporter' },
  { id: 713, name: 'redis_exporter_options', level: 'C/I', schema: AnyText, default: '',
    meaning: 'additional arguments of the metrics exporter' },
  { id: 720, name: 'redis_safeguard', level: 'G/C/A', schema: Flag, default: false,
    meaning: 'refuse to remove an instance that is running' },
  { id: 721, name: 'redis_clean', level: 'G/C/A', schema: Flag, default: true,
    meaning: 'remove existing instances before setting up new ones' },
  { id: 722, name: 'redis_rmdata', level: 'G/C/A', schema: Flag, default: true,
    meaning: 'delete the data together with a removed instance' },
  { id: 723, name: 'redis_mode', level: 'C', schema: oneOf('standalone', 'cluster', 'sentinel'), default: 'standalone',
    meaning: 'type of the instances: standalone servers, a native cluster, or sentinels' },
  { id: 724, name: 'redis_conf', level: 'C', schema: Text, default: 'redis.conf',
    meaning: 'configuration template of all instances except sentinels' },
  { id: 725, name: 'redis_bind_address', level: 'C', schema: IpOrNone, default: '0.0.0.0',
    meaning: 'address to listen on; empty means the address of the host' },
  { id: 726, name: 'redis_max_memory', level: 'C/I', schema: Size, default: '1GB',
    meaning: 'memory limit for the data of one instance' },
  { id: 727, name: 'redis_mem_policy', level: 'C', schema: EvictionPolicy, default: 'allkeys-lru',
    meaning: 'eviction policy at redis_max_memory' },
  { id: 728, name: 'redis_password', level: 'C/N', schema: PasswordOrNone, default: '', secret: true,
    meaning: 'client password; empty for none' },
  { id: 729, name: 'redis_rdb_save', level: 'C', schema: listOf(SavePoint, 'save points'), default: ['1200 1'],
    meaning: 'snapshot conditions, as seconds and changes; an empty list for none' },
  { id: 730, name: 'redis_aof_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'log every write to the append-only file' },
  { id: 731, name: 'redis_rename_commands', level: 'C', schema: NewNames, default: {},
    meaning: 'new names of dangerous commands; an empty name disables the command' },
  { id: 732, name: 'redis_cluster_replicas', level: 'C', schema: Count, default: 1,
    meaning: 'replicas of each primary in a native cluster' },
  { id: 733, name: 'redis_sentinel_monitor', level: 'C', schema: listOf(SentinelMaster, 'primaries'), default: [], secretKeys: ['password'],
    meaning: 'primaries that the sentinels monitor' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
