import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { imageName } from '../../generator/distributions/index.ts';
import type { ImageUse } from '../../generator/model/plan.ts';

/** The images of the one host of an inventory whose cluster has the given variables, and what is said of it. */
function plan(vars: string, all = '{}') {
  const text = `all:
  children:
    etcd: { hosts: { 10.10.10.10: { etcd_seq: 1 } } }
    pg-a: { hosts: { 10.10.10.10: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-a, ${vars} } }
  vars: ${all}
`;
  const result = compile(text, 'inventory.yml', 'inventory');
  const codes = result.diagnostics.map(({ code }) => code).filter((code) => code.startsWith('pgsql/version'));
  const [host] = result.ok ? [...result.value.plan.hosts] : [];
  const uses = host?.plan.images ?? [];
  return {
    codes,
    postgres: uses.find(({ recipe }) => recipe === 'postgres'),
    names: uses.map(imageName),
    files: host?.plan.files,
  };
}

function shown(use: ImageUse | undefined): string {
  return use ? `${use.arguments.pg_version} of ${use.platform}` : '-';
}

const SOURCE = '{ name: pgdg, url: "https://apt.example.org", suite: any, key: pgdg.asc';

describe('the release of PostgreSQL', () => {
  it.each([
    ['', '{}', '17 of debian13', 'pgsql/version-of-platform'],
    ['', '{ image_platform: debian14 }', '18 of debian14', 'pgsql/version-of-platform'],
    ['', '{ image_platforms: { postgres: debian14 } }', '18 of debian14', 'pgsql/version-of-platform'],
    ['pg_version: 17', '{}', '17 of debian13', undefined],
    ['pg_version: 18', '{}', '18 of debian14', 'pgsql/version-from-platform'],
    ['pg_version: 18', '{ image_platforms: { postgres: debian14 } }', '18 of debian14', undefined],
    [
      'pg_version: 18',
      '{ image_platforms: { etcd: debian14 } }',
      '18 of debian14',
      'pgsql/version-from-platform',
    ],
    ['pg_version: 17', '{ image_platform: debian14 }', '17 of debian13', 'pgsql/version-from-platform'],
    ['pg_version: 18', '{ image_platforms: { postgres: debian13 } }', '-', 'pgsql/version-not-carried'],
    ['pg_version: 16', '{}', '-', 'pgsql/version-not-carried'],
  ])('of %j in %j is %s', (vars, all, wanted, code) => {
    const { postgres, codes } = plan(vars, all);
    expect(shown(postgres)).toBe(wanted);
    expect(codes).toEqual(code === undefined ? [] : [code]);
  });

  it.each([
    ['pg_version: 16', `${SOURCE} }`, []],
    ['pg_version: 16', `${SOURCE}, platform: debian13 }`, []],
    ['pg_version: 16', `${SOURCE}, platform: debian14 }`, ['pgsql/version-not-carried']],
    ['pg_version: 18', `${SOURCE}, platform: debian14 }`, ['pgsql/version-from-platform']],
    ['pg_version: 16, image_platforms: { postgres: debian14 }', `${SOURCE} }`, ['pgsql/version-not-carried']],
  ])('is decided by the lock if an archive is for its platform: %s, %s', (vars, source, codes) => {
    expect(plan(vars, `{ image_sources: [${source}] }`).codes).toEqual(codes);
  });
});

describe('images of one host', () => {
  it('each have their own platform', () => {
    const { names } = plan('pg_version: 18', '{ image_platforms: { etcd: debian14 } }');
    expect(names.sort()).toEqual([
      'chrony',
      'etcd.debian14',
      'haproxy',
      'node-exporter',
      'pg-exporter',
      'pgbackrest-exporter.debian14',
      'pgbouncer',
      'postgres-18.debian14',
    ]);
  });

  it('use the package names of their platform', () => {
    const olap = 'pg_conf: olap.yml, pg_extensions: [pg_ivm, omnidb, pgvector]';
    const packages = (vars: string) => plan(vars).postgres?.packages.map(({ name }) => name);
    expect(packages(`pg_version: 17, ${olap}`)).toEqual([
      'libllvm19',
      'postgresql-17-omnidb',
      'postgresql-17-pgvector',
      'postgresql-17-repack',
      'postgresql-17-wal2json',
    ]);
    expect(packages(`pg_version: 18, ${olap}`)).toEqual([
      'postgresql-18-jit',
      'postgresql-18-pg-ivm',
      'postgresql-18-pgvector',
      'postgresql-18-repack',
      'postgresql-18-wal2json',
    ]);
  });
});

it('turns checksums on, also where they are not the default, and off on request', () => {
  const options = (vars: string) => {
    return /"(?:no-)?data-checksums"/.exec(JSON.stringify(plan(vars).files))?.[0];
  };
  expect(options('pg_version: 18')).toBe('"data-checksums"');
  expect(options('pg_version: 17')).toBe('"data-checksums"');
  expect(options('pg_version: 18, pg_checksum: false')).toBe('"no-data-checksums"');
  expect(options('pg_version: 17, pg_checksum: false')).toBeUndefined();
});
