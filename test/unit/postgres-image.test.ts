import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';

/** The PostgreSQL image of every host of an inventory of one-member clusters, given as `cluster: variables`. */
function images(clusters: Readonly<Record<string, string>>): (string | undefined)[] {
  const groups = Object.entries(clusters).map(([name, vars], index) => {
    const host = `hosts: { 10.10.10.${index + 1}: { pg_seq: 1, pg_role: primary } }`;
    return `    ${name}: { ${host}, vars: { pg_cluster: ${name}, pg_version: 17, ${vars} } }\n`;
  });
  const text = `all:\n  children:\n    etcd: { hosts: { 10.10.10.1: { etcd_seq: 1 } } }\n${groups.join('')}`;
  const result = compile(text, 'inventory.yml', 'inventory');
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return [...result.value.plan.hosts]
    .map(({ plan }) => plan)
    .map((host) => host.images.find((image) => image.recipe === 'postgres')?.name);
}

it('shares one image between clusters with the same extensions, and keeps others apart', () => {
  const vector = 'pg_databases: [{ name: a, extensions: [vector] }]';
  expect(images({ one: '', two: vector, six: vector })).toEqual([
    'postgres-17',
    'postgres-17-six',
    'postgres-17-six',
  ]);
  expect(images({ one: vector, two: vector })).toEqual(['postgres-17', 'postgres-17']);
  expect(images({ one: '', two: 'pg_databases: [{ name: b }]' })).toEqual(['postgres-17', 'postgres-17']);
});

it('includes JIT if the template or a parameter requests it', () => {
  expect(images({ a: '', big: 'pg_conf: olap.yml', more: 'pg_extensions: [llvmjit]' })).toEqual([
    'postgres-17',
    'postgres-17-big',
    'postgres-17-big',
  ]);
});
