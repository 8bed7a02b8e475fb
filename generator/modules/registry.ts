/* Every module. A new one is its three folders (generator/modules/x, images/x.yml, units/x) and a line here. */
export { docker } from './docker/index.ts';
export { etcd } from './etcd/index.ts';
export { infra } from './infra/index.ts';
export { minio } from './minio/index.ts';
export { node } from './node/index.ts';
export { pgsql } from './pgsql/index.ts';
export { redis } from './redis/index.ts';
