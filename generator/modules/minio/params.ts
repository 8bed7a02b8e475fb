import type { SettingsOf } from '../../model/settings.ts';
import { section } from '../params-section.ts';
import { AnyText, ClusterName, Count, Flag, listOf, Password, Port, SystemUser, Text } from '../schemas.ts';
import { buckets, users } from './defaults.ts';
import { Bucket, MinioUser, Volumes } from './schemas.ts';

// biome-ignore format: a table, one parameter per row
export const rows = section('MINIO', [
  { id: 601, name: 'minio_seq', level: 'I', schema: Count,
    meaning: 'permanent number of the member in its cluster' },
  { id: 602, name: 'minio_cluster', isIdentity: true, level: 'C', schema: ClusterName, default: 'minio',
    meaning: 'name of the object store\'s cluster' },
  { id: 603, name: 'minio_clean', level: 'G/C/A', schema: Flag, default: false,
    meaning: 'delete existing objects when a member is set up' },
  { id: 604, name: 'minio_user', level: 'C', schema: SystemUser, default: 'minio',
    meaning: 'account that the server runs as' },
  { id: 605, name: 'minio_node', level: 'C', schema: Text, default: '${minio_cluster}-${minio_seq}.pigsty',
    meaning: 'pattern of the members\' host names' },
  { id: 606, name: 'minio_data', level: 'C', schema: Volumes, default: '/data/minio',
    meaning: 'data directory; {x...y} in it expands to several drives' },
  { id: 607, name: 'minio_domain', level: 'G', schema: Text, default: 'sss.pigsty',
    meaning: 'host name of the object store for clients' },
  { id: 608, name: 'minio_port', level: 'C', schema: Port, default: 9000,
    meaning: 'port of the S3 interface' },
  { id: 609, name: 'minio_admin_port', level: 'C', schema: Port, default: 9001,
    meaning: 'port of the web console' },
  { id: 610, name: 'minio_access_key', level: 'C', schema: Text, default: 'minioadmin',
    meaning: 'name of the store\'s root user' },
  { id: 611, name: 'minio_secret_key', level: 'C', schema: Password, default: 'minioadmin', secret: true,
    meaning: 'password of the store\'s root user' },
  { id: 612, name: 'minio_extra_vars', level: 'C', schema: AnyText, default: '',
    meaning: 'additional environment variables of the server, one per line' },
  { id: 613, name: 'minio_alias', level: 'G', schema: Text, default: 'sss',
    meaning: 'alias of this store in the command line client' },
  { id: 614, name: 'minio_buckets', level: 'C', schema: listOf(Bucket, 'buckets'), default: buckets,
    meaning: 'buckets to create' },
  { id: 615, name: 'minio_users', level: 'C', schema: listOf(MinioUser, 'users'), default: users, secretKeys: ['secret_key'],
    meaning: 'users of the store, each with a policy' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
