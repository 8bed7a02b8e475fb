import type { Bucket, MinioUser } from './schemas.ts';

/* Structured defaults (pigsty-defaults.yml). */
export const buckets: readonly Bucket[] = [{ name: 'pgsql' }, { name: 'infra' }, { name: 'redis' }];

export const users: readonly MinioUser[] = [
  { access_key: 'dba', secret_key: 'S3User.DBA', policy: 'consoleAdmin' },
  { access_key: 'pgbackrest', secret_key: 'S3User.Backup', policy: 'readwrite' },
];
