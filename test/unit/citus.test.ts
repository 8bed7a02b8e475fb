import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { root } from '../support/product.ts';

/* blueprints/citus.yml with an archive that has Citus: the plans of Citus groups. */
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n';
const text = readFileSync(join(root, 'blueprints/citus.yml'), 'utf8')
  .replace('# image_sources:', 'image_sources:')
  .replace('# pg_extensions:', 'pg_extensions:')
  .replace('comment: spread over', 'baseline: first.sql, comment: spread over');

function compiled(edited: string): { codes: string[]; hosts: Map<string, HostPlan> } {
  const files = new Map([
    ['citus.asc', KEY],
    ['first.sql', 'select 1;\n'],
  ]);
  const { diagnostics, ...result } = compile(edited, 'citus.yml', 'citus', () => succeed(files));
  const hosts = result.ok ? [...result.value.plan.hosts].map(({ plan }) => plan) : [];
  const codes = diagnostics.filter(({ severity }) => severity !== 'notice').map(({ code }) => code);
  return { codes, hosts: new Map(hosts.map((host) => [host.ip, host])) };
}

const { codes, hosts } = compiled(text);

function patroni(ip: string): { readonly [key: string]: unknown } {
  const file = hosts.get(ip)?.files.find(({ path }) => path === 'etc/patroni/10-patroni.yml');
  if (file?.source.kind !== 'yaml') throw new Error(`${ip} has no Patroni`);
  return file.source.data as { readonly [key: string]: unknown };
}

it('compiles without a diagnostic about Citus', () => {
  expect(codes).toEqual(['site/published-password']);
});

it('has one scope and a number for each group, and accepts servers of other groups by certificate', () => {
  expect(patroni('10.10.10.13')).toMatchObject({
    scope: 'pg-citus',
    name: 'pg-citus1-2',
    citus: { group: 1, database: 'meta' },
    postgresql: {
      pg_ident: ['pg-citus0-1', 'pg-citus0-2', 'pg-citus2-1', 'pg-citus2-2'].map(
        (name) => `citus ${name} all`,
      ),
      parameters: { 'citus.node_conninfo': expect.stringContaining('sslmode=verify-full') },
    },
  });
  const { pg_hba: rules } = patroni('10.10.10.13').postgresql as { readonly pg_hba: readonly string[] };
  expect(rules.slice(1, 9)).toEqual(
    ['10', '11', '14', '15'].flatMap((last) => [
      `hostssl "meta" all 10.10.10.${last}/32 cert map=citus`,
      `hostnossl "meta" all 10.10.10.${last}/32 reject`,
    ]),
  );
  const { allowlist } = patroni('10.10.10.13').restapi as { readonly allowlist: readonly string[] };
  expect(allowlist).toContain('10.10.10.10');
});

it('keeps its state for that group, and finds its leader there', () => {
  const host = hosts.get('10.10.10.12');
  expect(host?.directories.flatMap(({ state }) => state ?? [])).toContain('pgsql-pg-citus1.pg-citus.1');
  const start = host?.files.find(({ path }) => path === 'etc/pgsql/patroni-start.py')?.source;
  expect(start).toMatchObject({ view: { leaderKey: '/pg/pg-citus/1/leader' } });
});

it('runs the baseline of the database on the coordinator alone', () => {
  const has = (ip: string) => hosts.get(ip)?.files.some(({ path }) => path.includes('baseline')) ?? false;
  expect([...hosts.keys()].filter(has)).toEqual(['10.10.10.10', '10.10.10.11']);
});

it.each([
  ['pg-citus1, pg_group: 1', 'pg-citus1, pg_group: 1, pg_extensions: []', 'pgsql/citus-partly'],
  ['pg_seq: 2, pg_role: replica', 'pg_seq: 2, pg_role: replica, pg_extensions: []', 'pgsql/citus-partly'],
  ['pg-citus1, pg_group: 1', 'pg-citus1, pg_group: 1, pg_dbsu: other', 'pgsql/citus-clusters-differ'],
  ['pg-citus1, pg_group: 1', 'pg-citus, pg_mode: pgsql', 'pgsql/citus-shard-is-cluster'],
  ['patroni_citus_db: meta', 'patroni_citus_db: /meta', 'pgsql/citus-database-name'],
])('rejects %s as %s', (from, to, code) => {
  expect(compiled(text.replace(from, to)).codes).toContain(code);
});
