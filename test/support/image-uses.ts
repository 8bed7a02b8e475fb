import type { ImageUse } from '../../generator/model/plan.ts';

/** All images that the product has recipes for, as a site would use them. */
export const USES: readonly ImageUse[] = [
  { name: 'chrony', recipe: 'chrony', arguments: {}, packages: [] },
  { name: 'etcd', recipe: 'etcd', arguments: {}, packages: [] },
  { name: 'haproxy', recipe: 'haproxy', arguments: {}, packages: [] },
  { name: 'pgbouncer', recipe: 'pgbouncer', arguments: {}, packages: [] },
  { name: 'postgres-17', recipe: 'postgres', arguments: { pg_version: '17' }, packages: [] },
  {
    name: 'postgres-17-olap',
    recipe: 'postgres',
    arguments: { pg_version: '17' },
    packages: [{ name: 'libllvm19', askedBy: 'pg_conf' }],
  },
];
