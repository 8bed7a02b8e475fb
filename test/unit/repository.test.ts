import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import type { PlannedHost } from '../../generator/model/plan.ts';
import {
  REPOSITORY_OPTIONS,
  REQUIRED_BY_TYPE,
} from '../../generator/modules/pgsql/backup/repository-options.ts';
import { SECRET_REPOSITORY_KEYS } from '../../generator/modules/pgsql/params/service.ts';

const INVENTORY = `
all:
  children:
    etcd: { hosts: { 10.10.10.10: { etcd_seq: 1 } } }
    pg-a: { hosts: { 10.10.10.11: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-a, pg_version: 17 } }
    pg-b: { hosts: { 10.10.10.12: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-b, pg_version: 17 } }
  vars:
    admin_ip: 10.10.10.10
`;

function plan(...lines: string[]): Map<string, PlannedHost> {
  const compiled = compile(INVENTORY + lines.map((line) => `    ${line}\n`).join(''), 'a.yml', 'a');
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  return new Map([...compiled.value.plan.hosts].map((host) => [host.plan.ip, host]));
}

/** The view of a unit's template, or an entry of pgbackrest.conf. */
function viewOf(host: PlannedHost | undefined, path: string) {
  const source = host?.plan.files.find((file) => file.path === path)?.source;
  return source?.kind === 'template' ? source.view : {};
}

function entryOf(host: PlannedHost | undefined, key: string) {
  const source = host?.plan.files.find((file) => file.path === 'etc/pgbackrest/pgbackrest.conf')?.source;
  const entries = source?.kind === 'ini' ? source.sections.flatMap((section) => section.entries) : [];
  return entries.find(([name]) => name === key)?.[1];
}

describe('${pg_cluster} in pgbackrest_repo', () => {
  const S3 =
    'type: s3, s3_endpoint: s3.example.org, s3_region: eu, s3_bucket: "b-${pg_cluster}", s3_key: k, s3_key_secret: s';
  const hosts = () =>
    plan(
      'secret: salt',
      `pgbackrest_repo: { s3: { ${S3}, path: "/r/\${pg_cluster}", cipher_type: aes-256-cbc, cipher_pass: "{{ secret }}.\${pg_cluster}" } }`,
      'pgbackrest_method: s3',
    );

  it.each([
    ['10.10.10.11', 'pg-a'],
    ['10.10.10.12', 'pg-b'],
  ])('is the cluster of %s in plain values and in secrets', (ip, cluster) => {
    const host = hosts().get(ip);
    expect(entryOf(host, 'repo1-path')).toBe(`/r/${cluster}`);
    expect(entryOf(host, 'repo1-s3-bucket')).toBe(`b-${cluster}`);
    expect(host?.secrets.get('pgbackrest_repo.s3.cipher_pass')?.text).toBe(`salt.${cluster}`);
  });
});

describe('directories outside /pg', () => {
  const SERVER = [
    'units/patroni.service',
    'units/pgbackrest-init.service',
    'units/pgbackrest-backup.service',
  ];

  it.each([...SERVER, 'bin/pgbackrest'])('are in %s: logs, and a repository on a share', (path) => {
    const host = plan(
      'pgbackrest_method: nas',
      'pgbackrest_repo: { nas: { path: "/mnt/nas//${pg_cluster}/" } }',
      'pg_log_dir: /var/log/pgsql',
    ).get('10.10.10.11');
    const { binds, mounts } = viewOf(host, path);
    const expected = ['/var/log/pgsql', '/mnt/nas/pg-a'];
    expect(typeof binds === 'string' ? binds.split(' ') : binds).toEqual(expect.arrayContaining(expected));
    if (path.startsWith('units/'))
      expect(String(mounts).split(' ')).toEqual(expect.arrayContaining(expected));
    expect(host?.plan.directories.map((directory) => directory.path)).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it.each([
    ['that of another type', 'pgbackrest_repo: { r: { type: gcs, gcs_bucket: b, gcs_key: k, path: /r } }'],
    ['that of another host', 'pgbackrest_repo: { r: { host: 10.10.10.9, path: /r } }'],
    ['that below /pg', 'pgbackrest_repo: { r: { path: /pg/backup/r } }'],
  ])('are not a repository like %s', (_, repository) => {
    const host = plan('pgbackrest_method: r', repository).get('10.10.10.11');
    expect(viewOf(host, 'units/patroni.service').mounts).toBe(
      '/data/postgres/pg-a-17 /data/backups/postgres/pg-a-17',
    );
  });
});

it('one place has one path, however it is written', () => {
  const host = plan('pg_fs_main: /disk//one/./', 'node_data: /disk/one/').get('10.10.10.11');
  expect(viewOf(host, 'units/patroni.service').clusterDirectory).toBe('/disk/one/postgres/pg-a-17');
  expect(host?.plan.directories.map(({ path }) => path)).toContain('/disk/one');
});

describe('the table of options', () => {
  it('has each option once', () => {
    expect(new Set(REPOSITORY_OPTIONS).size).toBe(REPOSITORY_OPTIONS.length);
  });

  it('has those that a type requires, and those that are secret', () => {
    const required = Object.values(REQUIRED_BY_TYPE).flatMap(({ options, keys }) => [...options, ...keys]);
    expect(REPOSITORY_OPTIONS).toEqual(expect.arrayContaining([...required, ...SECRET_REPOSITORY_KEYS]));
  });
});
