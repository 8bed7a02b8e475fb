import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../generator/modules/pgsql/packages/packages.ts';

const settings = { pg_version: 17, image_platform: 'debian13', image_sources: [] } as const;
const SOURCE = { name: 'more', url: 'http://packages.invalid/', suite: 'stable', key: 'more.asc' };

describe('a name of a package', () => {
  it.each([
    ['pg_cron_17*', 'postgresql-17-cron'],
    ['pg_cron_16*', 'postgresql-17-cron'],
    ['pg_cron', 'postgresql-17-cron'],
    ['postgresql-17-cron', 'postgresql-17-cron'],
    ['postgresql-17-cron*', 'postgresql-17-cron'],
    ['postgis3*_17*', 'postgresql-17-postgis-3'],
    ['postgresql-17-postgis*', 'postgresql-17-postgis-3'],
    ['postgresql-17-postgis-3', 'postgresql-17-postgis-3'],
    ['timescaledb-2-postgresql-17*', 'postgresql-17-timescaledb'],
    ['pgsql-http_17*', 'postgresql-17-http'],
    ['postgresql17-plperl', 'postgresql-plperl-17'],
    ['postgresql-plpython3-17', 'postgresql-plpython3-17'],
    ['plpython3u', 'postgresql-plpython3-17'],
    ['postgresql17-llvmjit', 'libllvm19'],
    ['libllvm19', 'libllvm19'],
    // Not in the table.
    ['postgresql-17-crom', 'postgresql-17-crom'],
    ['python3-numpy', 'python3-numpy'],
    ['jq', 'jq'],
  ])('%s is %s', (word, name) => {
    expect(meaningOf(word, settings)).toMatchObject({ kind: 'package', name });
  });

  it.each([
    'postgresql17*',
    'postgresql*',
    'postgresql-*-17',
    'postgresql-17',
    'postgresql17-contrib',
    'postgresql-client-17',
    'patroni-etcd',
    'vip-manager',
    'uuid-ossp',
  ])('%s is part of an image', (word) => {
    expect(meaningOf(word, settings).kind).toBe('included');
  });

  it('in full, unknown on the platform, belongs to an added archive', () => {
    const more = { ...settings, image_sources: [SOURCE] };
    const name = 'postgresql-17-citus-13.0';
    expect(meaningOf(name, more)).toMatchObject({ kind: 'package', name });
    expect(meaningOf('citus_17*', more).kind).toBe('absent');
  });

  it.each([
    ['pg-exporter', 'pending'],
    ['citus_17*', 'absent'],
    ['postgresql-17-citus-12.1', 'absent'],
    ['pgvectr', 'unknown'],
    ['PGVECTOR', 'unknown'],
    ['foo_17*', 'unknown'],
    ['*', 'unknown'],
  ])('%s is %s', (word, kind) => {
    expect(meaningOf(word, settings).kind).toBe(kind);
  });
});
