import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { loadTemplates } from '../../generator/effects/package-root.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { renderTemplate } from '../../generator/text/template.ts';

/* What the parameters of exporters change on a host. */
const templates = await loadTemplates();

function planOf(vars: object, infra: object = {}): HostPlan {
  const children = {
    ...infra,
    etcd: { hosts: { '10.10.10.11': { etcd_seq: 1 } } },
    'pg-test': {
      hosts: { '10.10.10.11': { pg_seq: 1, pg_role: 'primary' } },
      vars: { pg_cluster: 'pg-test', ...vars },
    },
  };
  const compiled = compile(JSON.stringify({ all: { children, vars: {} } }), 'site.yml', 'site');
  if (!compiled.ok)
    throw new Error(
      compiled.diagnostics
        .flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))
        .join('; '),
    );
  const host = [...compiled.value.plan.hosts].find(({ plan }) => plan.ip === '10.10.10.11');
  if (!host) throw new Error('no host');
  return host.plan;
}

function viewOf(plan: HostPlan, path: string) {
  const source = plan.files.find((file) => file.path === path)?.source;
  return source?.kind === 'template' ? source.view : undefined;
}

const EXPORTERS = ['node_exporter', 'pg_exporter', 'pgbouncer_exporter', 'pgbackrest_exporter'];
const running = (plan: HostPlan) =>
  EXPORTERS.filter((name) => plan.units.some((unit) => unit.name === `${name}.service`));

describe('exporters', () => {
  it('are on by default, each on its port, with an image', () => {
    const plan = planOf({});
    expect(running(plan)).toEqual(EXPORTERS);
    const ports = plan.ports.filter(({ unit }) => unit.includes('_exporter'));
    expect(ports.map(({ port, addresses }) => `${addresses}:${port}`)).toEqual(
      [9100, 9630, 9631, 9854].map((port) => `10.10.10.11:${port}`),
    );
    expect(plan.images.map(({ name, platform }) => `${name} ${platform}`)).toEqual(
      expect.arrayContaining([
        'pg-exporter debian13',
        'pgbackrest-exporter debian13',
        'node-exporter debian13',
      ]),
    );
  });

  it.each([
    ['node_exporter_enabled', 'node_exporter'],
    ['pg_exporter_enabled', 'pg_exporter'],
    ['pgbouncer_exporter_enabled', 'pgbouncer_exporter'],
    ['pgbackrest_exporter_enabled', 'pgbackrest_exporter'],
    ['pgbouncer_enabled', 'pgbouncer_exporter'],
    ['pgbackrest_enabled', 'pgbackrest_exporter'],
  ])('are off without %s', (parameter, name) => {
    const plan = planOf({ [parameter]: false, pg_default_service_dest: 'postgres' });
    expect(running(plan)).toEqual(EXPORTERS.filter((one) => one !== name));
    expect(plan.ports.filter(({ unit }) => unit === `${name}.service`)).toEqual([]);
  });

  it('take the images of another platform', () => {
    const plan = planOf({ image_platforms: { 'pgbackrest-exporter': 'debian14' } });
    expect(plan.images.find(({ name }) => name === 'pgbackrest-exporter')?.platform).toBe('debian14');
  });
});

describe('the exporter of PostgreSQL', () => {
  const view = (vars: object) => viewOf(planOf(vars), 'etc/pg_exporter/pg_exporter.sh');

  it('connects through the socket as the monitoring user, whose password is a secret', () => {
    expect(view({ pg_port: 5431, pg_monitor_username: 'watcher' })).toMatchObject({
      user: 'watcher',
      password: { $secret: 'pg_monitor_password', as: 'plain' },
      url: 'postgres://:5431/postgres?sslmode=disable&host=/var/run/postgresql',
    });
    expect(view({ pg_exporter_url: 'postgres://a:b@c/d' })?.url).toEqual({
      $secret: 'pg_exporter_url',
      as: 'plain',
    });
  });

  it('does as its parameters say, and as its options say instead', () => {
    const given = view({
      pg_exporter_auto_discovery: false,
      pg_exporter_exclude_database: 'a,b',
      pg_exporter_include_database: 'c',
      pg_exporter_connect_timeout: 900,
      exporter_metrics_path: '/m',
      pg_exporter_options: "--log.level=debug --label='a=b c'",
    });
    expect(given?.arguments).toEqual([
      '--web.listen-address=10.10.10.11:9630',
      '--web.config.file=/etc/pigsty/current/etc/exporter/web.yml',
      '--web.telemetry-path=/m',
      '--config=/etc/pigsty/current/etc/pg_exporter/pg_exporter.yml',
      '--no-auto-discovery',
      '--exclude-database=a,b',
      '--include-database=c',
      '--connect-timeout=900',
      '--log.level=debug',
      '--label=a=b c',
    ]);
  });

  it('looks for the statements where the extension is', () => {
    const extensions = [{ name: 'pg_stat_statements', schema: 'stats' }];
    const text = JSON.stringify(
      planOf({
        pg_default_extensions: extensions,
        pg_default_schemas: ['stats'],
        pg_exporter_cache_ttls: '2,20,200,2000',
      }).files.find(({ path }) => path === 'etc/pg_exporter/pg_exporter.yml'),
    );
    expect(text).toContain('stats');
    expect(text).toContain('ttl: 1999.5');
  });
});

describe('the firewall', () => {
  const rulesOf = (infra: object) => {
    const view = viewOf(planOf({ node_firewall_mode: 'plan' }, infra), 'etc/nftables/pigsty.conf') ?? {};
    const lines = renderTemplate(templates, 'node/nftables.conf.ejs', view).split('\n');
    const rule = lines.find((line) => line.includes('9630')) ?? '';
    const set = /@(\w+)/.exec(rule)?.[1];
    const at = lines.findIndex((line) => line.includes(`set ${set} `));
    return [
      rule.trim(),
      lines
        .slice(at)
        .find((line) => line.includes('elements'))
        ?.trim(),
    ];
  };

  it('lets the infra hosts read metrics, and nobody else', () => {
    expect(rulesOf({ infra: { hosts: { '10.10.10.9': { infra_seq: 1 } } } })).toEqual([
      expect.stringMatching(/^ip saddr @sources\d+ tcp dport \{ 9100, 9630, 9631, 9854 \} accept$/),
      'elements = { 10.10.10.9 }',
    ]);
    expect(rulesOf({})[0]).toBe('');
  });
});
