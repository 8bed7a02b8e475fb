import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { settingsOf } from '../../generator/model/module.ts';
import { laterNames } from '../../generator/modules/later-names.ts';
import { parameterByName } from '../../generator/modules/parameters.ts';
import { backupSchedules } from '../../generator/modules/pgsql/backup/backup.ts';
import { pgsqlMembers } from '../../generator/modules/pgsql/members.ts';
import { listedPackages, resolveName } from '../../generator/modules/pgsql/packages/packages.ts';
import { root } from '../support/product.ts';

function compiled(vars: string) {
  const result = compile(
    `all:
  children:
    infra: { hosts: { 10.10.10.10: { infra_seq: 1 } } }
    etcd: { hosts: { 10.10.10.10: { etcd_seq: 1 } } }
    pg-meta: { hosts: { 10.10.10.10: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-meta, pg_version: 17 } }
  vars: { admin_ip: 10.10.10.10, ${vars} }
`,
    'inventory.yml',
    'inventory',
  );
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
  const [host] = result.value.site.hosts;
  const [member] = pgsqlMembers(result.value.site);
  const [planned] = result.value.plan.hosts;
  if (!host || !member || !planned) throw new Error('a site without a host');
  return { settings: settingsOf(host), member, plan: planned.plan };
}

describe('names of later versions of Pigsty', () => {
  it('are all on one page', () => {
    const page = readFileSync(join(root, 'docs/later-versions.md'), 'utf8');
    const names = laterNames.flatMap((one) => one.names.split(' '));
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('stand for parameters that exist, or are none', () => {
    for (const { names, is } of laterNames) {
      for (const name of names.split(' ')) expect(parameterByName.has(name), name).toBe(false);
      if (is !== undefined) expect(parameterByName.has(is), is).toBe(true);
    }
  });

  it('have the effect of the name of 2.6', () => {
    expect(compiled('pg_fs_backup: /backup').settings.pg_fs_bkup).toBe('/backup');
    expect(compiled('vmetrics_scrape_interval: 20s').settings.prometheus_scrape_interval).toBe('20s');
  });

  it.each([
    ['fast', 30],
    ['norm', 45],
    ['safe', 90],
    ['wide', 150],
    ['20', 20],
  ])('pg_rto: %s is %i seconds', (text, seconds) => {
    expect(compiled(`pg_rto: ${text}`).settings.pg_rto).toBe(seconds);
  });

  it('pg_crontab runs as the account of PostgreSQL, and its backups are backups', () => {
    const lines = "[ '30 2 * * 1 /pg/bin/pg-backup diff', '@daily vacuumdb --all' ]";
    const { member, plan } = compiled(`pg_crontab: ${lines}`);
    expect(backupSchedules(member.settings).find(({ type }) => type === 'diff')?.calendar).toEqual([
      'Mon *-*-* 02:30:00',
    ]);
    const service = plan.files.find(({ path }) => path === 'units/pigsty-cron-1.service');
    expect(service?.source).toMatchObject({ view: { user: 'postgres', command: 'vacuumdb --all' } });
    expect(plan.files.some(({ path }) => path === 'units/pigsty-cron-2.service')).toBe(false);
  });

  it('pgbouncer_ignore_param is in pgbouncer.ini', () => {
    const { plan } = compiled('pgbouncer_ignore_param: [ extra_float_digits, search_path ]');
    const file = plan.files.find(({ path }) => path === 'etc/pgbouncer/pgbouncer.ini');
    expect(JSON.stringify(file?.source)).toContain('extra_float_digits, search_path');
  });
});

describe('names of packages of later versions', () => {
  it('with a star are all packages that match', () => {
    const { member } = compiled("pg_extensions: [ 'postgresql-pl*-17' ]");
    const own = listedPackages(member).filter(({ parameter }) => parameter === 'pg_extensions');
    expect(own.map(({ written }) => written).sort()).toEqual([
      'postgresql-plperl-17',
      'postgresql-plpython3-17',
      'postgresql-pltcl-17',
    ]);
  });

  const settings = { pg_version: 17, image_platform: 'debian13', image_sources: [] } as const;

  it.each([
    ['pgsql-common', 'included'],
    ['pgsql-main', 'included'],
    ['pg17-core', 'included'],
    ['pg17-gis', 'absent'],
    ['supautils', 'absent'],
    ['pg_noset', 'absent'],
    ['credcheck', 'package'],
    ['timescaledb-2-postgresql-17*', 'package'],
    ['supautil', 'unknown'],
  ])('%s: %s', (name, kind) => {
    expect(resolveName(name, settings).kind).toBe(kind);
  });
});
