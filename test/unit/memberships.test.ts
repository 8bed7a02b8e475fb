import { expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';

const found = (children: string) => {
  const { diagnostics } = readSite(`all: { children: ${children} }\n`, 'a.yml', 'a');
  return diagnostics
    .filter(({ code }) => code === 'inventory/host-in-two-clusters')
    .map((one) => one.message);
};
const ip = '10.0.0.1';

it.each([
  [
    'one cluster and a role',
    `{ infra: { hosts: { ${ip}: {} } }, a: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } } }`,
  ],
  [
    'two kinds',
    `{ r: { hosts: { ${ip}: {} }, vars: { redis_cluster: r } }, a: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } } }`,
  ],
  [
    'one value in two groups',
    `{ a: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } }, b: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } } }`,
  ],
  [
    'the value of a group that contains the group',
    `{ p: { vars: { pg_cluster: p }, children: { a: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } } } } }`,
  ],
])('%s: no error', (_, children) => {
  expect(found(children)).toEqual([]);
});

it.each([
  [
    'pg',
    `{ a: { hosts: { ${ip}: {} }, vars: { pg_cluster: a } }, b: { hosts: { ${ip}: {} }, vars: { pg_cluster: b } } }`,
  ],
  [
    'redis',
    `{ a: { hosts: { ${ip}: {} }, vars: { redis_cluster: a } }, b: { hosts: { ${ip}: {} }, vars: { redis_cluster: b } } }`,
  ],
  [
    'etcd',
    `{ a: { hosts: { ${ip}: { etcd_cluster: a } } }, b: { hosts: { ${ip}: {} }, vars: { etcd_cluster: b } } }`,
  ],
  [
    'pg',
    `{ p: { vars: { pg_cluster: a }, children: { a: { hosts: { ${ip}: {} } } } }, b: { hosts: { ${ip}: {} }, vars: { pg_cluster: b } } }`,
  ],
])('%s_cluster twice', (kind, children) => {
  expect(found(children)).toEqual([
    `host ${ip} is in two clusters: \`${kind}_cluster\` is a in group \`a\`, b in group \`b\``,
  ]);
});
