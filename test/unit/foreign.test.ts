import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { OpenPort } from '../../generator/model/facts.ts';
import { DashboardPage, ScrapeJob, ScrapeTarget } from '../../generator/model/monitoring.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { ServerUrl } from '../../generator/modules/pgsql/params/exporter-schemas.ts';

/* What servers outside the site, and hosts with little or nothing of this product, become on the infra hosts. */
const RDS = { pg_cluster: 'pg-rds', pg_seq: 1, pg_host: 'db.example.com', pg_monitor_password: 'Own.1' };
const OTHER = { pg_cluster: 'pg-other', pg_seq: 2, pg_host: '10.9.9.9', pg_monitor_password: 'Own.2' };

type Entries = Readonly<Record<number, object>>;

/** A site of infra hosts with their `pg_exporters`; `vars` are of infra. */
function compiled(hosts: readonly Entries[], vars: object = {}, more: object = {}) {
  const entries = hosts.map((pg_exporters, index) => [
    `10.10.10.${index + 1}`,
    { infra_seq: index + 1, ...(Object.keys(pg_exporters).length > 0 && { pg_exporters }) },
  ]);
  const children = { infra: { hosts: Object.fromEntries(entries), vars }, ...more };
  const all = { children, vars: { admin_ip: '10.10.10.1' } };
  return compile(JSON.stringify({ all }), 'site.yml', 'site');
}

function siteOf(...given: Parameters<typeof compiled>) {
  const result = compiled(...given);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('; '));
  return result.value;
}

function plansOf(...given: Parameters<typeof compiled>): HostPlan[] {
  return [...siteOf(...given).plan.hosts].map(({ plan }) => plan);
}

function dataOf(plan: HostPlan | undefined, path: string): unknown {
  const source = plan?.files.find((file) => file.path === path)?.source;
  return source?.kind === 'yaml' ? source.data : undefined;
}

function viewOf(plan: HostPlan | undefined, path: string) {
  const source = plan?.files.find((file) => file.path === path)?.source;
  return source?.kind === 'template' ? source.view : undefined;
}

const targets = (plan: HostPlan | undefined, file: string) =>
  dataOf(plan, `etc/prometheus/targets/${file}.yml`);

describe('an entry of pg_exporters', () => {
  const [plan] = plansOf([{ 20001: RDS, 20002: OTHER }]);

  it('has a unit, its port, and the image', () => {
    const names = plan?.units.map(({ name }) => name).filter((name) => name.startsWith('pg_exporter'));
    expect(names).toEqual(['pg_exporter_pg-rds-1.service', 'pg_exporter_pg-other-2.service']);
    expect(plan?.ports.filter(({ parameter }) => parameter === 'pg_exporters')).toMatchObject([
      { port: 20001, addresses: ['10.10.10.1'], unit: 'pg_exporter_pg-rds-1.service' },
      { port: 20002, addresses: ['10.10.10.1'], unit: 'pg_exporter_pg-other-2.service' },
    ]);
    expect(plan?.images.filter(({ name }) => name === 'pg-exporter').length).toBe(1);
    expect(siteOf([{ 20001: RDS }, {}]).facts.of(OpenPort, plan?.ip ?? fail())).toContainEqual({
      ip: '10.10.10.1',
      port: 20001,
      only: ['10.10.10.1', '10.10.10.2'],
    });
  });

  it('connects with its own login, and only the account of exporters reads it', () => {
    const path = 'etc/pg_exporter/pg_exporter_pg-rds-1.sh';
    expect(viewOf(plan, path)).toEqual({
      user: 'dbuser_monitor',
      password: { $secret: 'pg_exporters.20001.pg_monitor_password', as: 'plain' },
      seconds: 1,
      url: 'postgres://db.example.com:5432/postgres?sslmode=disable',
      arguments: [
        '--web.listen-address=10.10.10.1:20001',
        '--web.config.file=/etc/pigsty/current/etc/exporter/web.yml',
        '--web.telemetry-path=/metrics',
        '--config=/etc/pigsty/current/etc/pg_exporter/pg_exporter_pg-rds-1.yml',
        '--log.level=warn',
        '--auto-discovery',
        '--exclude-database=template0,template1,postgres',
        '--include-database=',
        '--connect-timeout=1000',
      ],
    });
    expect(plan?.files.find((file) => file.path === path)).toMatchObject({ mode: 0o640, group: 'exporter' });
    expect(JSON.stringify(plan)).not.toContain('Own.');
  });

  it('does as it says, otherwise as its infra host', () => {
    const entry = {
      ...RDS,
      pg_port: 1921,
      pg_monitor_username: 'watcher',
      pg_exporter_params: 'sslmode=require',
      pg_exporter_auto_discovery: false,
      pg_exporter_include_database: 'app',
      pg_exporter_options: '--log.level=info',
    };
    const host = { pg_exporter_connect_timeout: 2500, pg_exporter_exclude_database: 'none' };
    const [changed] = plansOf([{ 20001: entry }], host);
    const view = viewOf(changed, 'etc/pg_exporter/pg_exporter_pg-rds-1.sh');
    expect(view).toMatchObject({
      user: 'watcher',
      seconds: 3,
      url: 'postgres://db.example.com:1921/postgres?sslmode=require',
    });
    expect(view?.arguments).toEqual(
      expect.arrayContaining([
        '--no-auto-discovery',
        '--exclude-database=none',
        '--include-database=app',
        '--connect-timeout=2500',
        '--log.level=info',
      ]),
    );
  });

  it('with an address has no other login', () => {
    const entry = { pg_cluster: 'a', pg_seq: 1, pg_host: 'h', pg_exporter_url: 'postgres://u:p@h/d' };
    const [changed] = plansOf([{ 20001: entry }]);
    expect(viewOf(changed, 'etc/pg_exporter/pg_exporter_a-1.sh')).toMatchObject({
      user: '',
      password: '',
      url: { $secret: 'pg_exporters.20001.pg_exporter_url', as: 'plain' },
    });
  });

  it('labels the lines of its unit in the journal', () => {
    const unit = plan?.files.find(({ path }) => path === 'units/pg_exporter_pg-other-2.service');
    expect(unit?.labels).toEqual({ JOB: 'pgrds', CLS: 'pg-other', INS: 'pg-other-2', IP: '10.10.10.1' });
  });

  it('is scraped, and its port probed', () => {
    expect(targets(plan, 'pgrds/pg-rds-1')).toEqual([
      {
        targets: ['10.10.10.1:20001'],
        labels: {
          cls: 'pg-rds',
          ins: 'pg-rds-1',
          ip: 'db.example.com',
          instance: 'db.example.com:5432',
          exporter: 'pg_exporter',
        },
      },
    ]);
    expect(targets(plan, 'pgrds-port/pg-rds-1')).toMatchObject([{ targets: ['db.example.com:5432'] }]);
    const jobs = siteOf([{ 20001: RDS }]).facts.all(ScrapeJob);
    expect(jobs.filter(({ name }) => name.startsWith('pgrds'))).toEqual([
      { name: 'pgrds', path: '/metrics', scheme: 'https' },
      { name: 'pgrds-port', path: '/probe', scheme: 'http', probe: 'tcp_connect' },
    ]);
  });

  it('that is added changes the list of units, and nothing that a unit restarts or reloads for', () => {
    const [before, after] = [plansOf([{ 20001: RDS }])[0], plan];
    const known = new Set(after?.files.map((file) => JSON.stringify(file)));
    const changed = before?.files.filter((file) => !known.has(JSON.stringify(file))).map(({ path }) => path);
    expect(changed).toEqual(['units/pigsty.target']);
    const touched = before?.units.filter(({ restartOn, reloadOn, file }) =>
      [...restartOn, ...reloadOn, file].some((path) => changed?.includes(path)),
    );
    expect(touched?.map(({ name }) => name)).toEqual(['pigsty.target']);
  });

  it('cannot have the port of another program, or a privileged one', () => {
    const result = compiled([{ 9100: RDS, 443: OTHER }]);
    const codes = result.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    expect(result.ok).toBe(false);
    expect(new Set(codes)).toEqual(new Set(['node/port-clash', 'node/port-privileged']));
  });
});

describe('several infra hosts', () => {
  const addressOn = (plan: HostPlan | undefined, file: string) =>
    JSON.stringify(targets(plan, file)).match(/10\.10\.10\.\d:\d+/)?.[0];

  it('scrape their own exporter, and that of another one where they have none', () => {
    const plans = plansOf([{ 20001: RDS }, { 20001: RDS, 20002: OTHER }, {}]);
    expect(plans.map((plan) => addressOn(plan, 'pgrds/pg-rds-1'))).toEqual([
      '10.10.10.1:20001',
      '10.10.10.2:20001',
      '10.10.10.1:20001',
    ]);
    expect(plans.map((plan) => addressOn(plan, 'pgrds/pg-other-2'))).toEqual(
      Array(3).fill('10.10.10.2:20002'),
    );
    expect(
      plans.map(({ units }) => units.filter(({ name }) => name.startsWith('pg_exporter_')).length),
    ).toEqual([1, 2, 0]);
  });

  it('call a server the same, so that an alert is one', () => {
    const labels = siteOf([{ 20001: RDS }, { 20005: RDS }])
      .facts.all(ScrapeTarget)
      .filter(({ job }) => job === 'pgrds')
      .map((target) => target.labels);
    expect(labels.length).toBe(2);
    expect(labels[0]).toEqual(labels[1]);
  });
});

describe('a site without clusters', () => {
  it('has the pages of PostgreSQL if it watches one', () => {
    const pages = (entries: Entries) =>
      siteOf([entries])
        .facts.all(DashboardPage)
        .filter(({ id }) => id === 'pgsql-instance').length;
    expect(pages({ 20001: RDS })).toBe(1);
    expect(pages({})).toBe(0);
  });

  it('carries no secret of clusters to an infra host', () => {
    const [host] = [...siteOf([{ 20001: RDS }], {}, {}).plan.hosts];
    const names = [...(host?.secrets.keys() ?? [])];
    expect(names).toContain('pg_exporters.20001.pg_monitor_password');
    expect(names.filter((name) => /^pg_(?:admin|replication)|^patroni/.test(name))).toEqual([]);
  });
});

describe('hosts with little', () => {
  it('with NODE only: metrics and pings', () => {
    const plans = plansOf([{}], {}, { nodes: { hosts: { '10.10.10.20': { nodename: 'plain' } } } });
    const [center, plain] = plans;
    expect(targets(center, 'node/10.10.10.20')).toMatchObject([
      { targets: ['10.10.10.20:9100'], labels: { cls: 'nodes', ins: 'plain', ip: '10.10.10.20' } },
      { targets: ['10.10.10.20:9101'] },
    ]);
    expect(targets(center, 'ping/10.10.10.20')).toMatchObject([{ targets: ['10.10.10.20'] }]);
    expect(plain?.units.map(({ name }) => name)).toContain('node_exporter.service');
  });

  it('that are only pinged: by name, on every infra host', () => {
    const plans = plansOf([{}, {}], { ping_targets: { gateway: '10.10.10.254', switch: 'sw1.example.com' } });
    for (const plan of plans) {
      expect(targets(plan, 'ping/target-gateway')).toEqual([
        {
          targets: ['10.10.10.254'],
          labels: { cls: 'ping', ins: 'gateway', ip: '10.10.10.254', exporter: 'blackbox' },
        },
      ]);
      expect(targets(plan, 'ping/target-switch')).toMatchObject([{ targets: ['sw1.example.com'] }]);
    }
  });
});

describe('an address of a server', () => {
  it.each([
    '',
    'postgres://u:p@10.1.1.1:5432/postgres?sslmode=disable',
    'postgresql://u:p%2Fw%25@db.example.com/app?sslmode=verify-full&sslrootcert=/x/y.pem',
    'postgres://u:p@[fd00::1]:5432/app',
    'postgres://:5432/postgres?host=/run/postgresql',
  ])('is one that the exporter can read: %s', (text) => {
    expect(ServerUrl.safeParse(text).success).toBe(true);
  });

  it.each([
    'postgres://u:p/w@10.1.1.1/app',
    'postgres://u:p%zz@10.1.1.1/app',
    'postgres://u:p#w@10.1.1.1/app',
    'postgres://u:p w@10.1.1.1/app',
    'postgres://u:p@10.1.1.1:port/app',
    'mysql://u:p@10.1.1.1/app',
  ])('is not: %s', (text) => {
    expect(ServerUrl.safeParse(text).success).toBe(false);
  });
});

function fail(): never {
  throw new Error('no plan');
}
