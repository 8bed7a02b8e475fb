import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { leavesOfHost } from '../../generator/explain/plan-origins.ts';
import { leavesOfSetting } from '../../generator/explain/settings.ts';
import { modules } from '../../generator/modules/index.ts';
import { vocabulary } from '../../generator/modules/vocabulary.ts';
import { root } from '../support/product.ts';

/* Settings of programs by their own names: `pigsty explain HOST shared_buffers`. */
const site = readSite(readFileSync(join(root, 'blueprints/trio.yml'), 'utf8'), 'trio.yml', 'trio');
const [host] = site.ok ? site.value.hosts : [];
if (!site.ok || !host) throw new Error('blueprint trio has an error');
const leaves = leavesOfHost(host, site.value, { modules, rows: vocabulary.rows });

it.each([
  ['shared_buffers', 'etc/patroni/20-tuning.yml'],
  ['max_connections', 'etc/patroni/10-patroni.yml'],
  ['ttl', 'etc/patroni/10-patroni.yml'],
  ['max_client_conn', 'etc/pgbouncer/pgbouncer.ini'],
  ['election-timeout', 'etc/etcd/etcd.conf'],
  ['--election-timeout', 'etc/etcd/etcd.conf'],
  ['balance', 'etc/haproxy/service-pg-test-primary.cfg'],
  ['downinter', 'etc/haproxy/service-pg-test-primary.cfg'],
  ['vm.swappiness', 'etc/sysctl.d/60-pigsty.conf'],
  ['auto_explain.log_min_duration', 'etc/patroni/10-patroni.yml'],
])('%s is in %s', (name, item) => {
  expect(leavesOfSetting(leaves, name).map((leaf) => leaf.item)).toContain(item);
});

it('finds every setting of PostgreSQL, pgbouncer and etcd that it writes', () => {
  const files = ['etc/patroni/10-patroni.yml', 'etc/pgbouncer/pgbouncer.ini', 'etc/etcd/etcd.conf'];
  const written = leaves.filter(
    ({ item, path }) => files.includes(item) && /(?:^|parameters\.|pgbouncer\.)[a-z][\w-]*$/.test(path),
  );
  expect(written.length).toBeGreaterThan(100);
  for (const leaf of written) {
    const name = leaf.path.replace(/^.*(?:parameters|pgbouncer)\./, '');
    expect(leavesOfSetting(leaves, name), name).toContain(leaf);
  }
});

it('finds nothing for a name that is not there', () => {
  expect(leavesOfSetting(leaves, 'shared_bufers')).toEqual([]);
  expect(leavesOfSetting(leaves, '.*')).toEqual([]);
});
