import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import type { FilePlan, HostPlan } from '../../generator/model/plan.ts';

/* Grafana in the plan of an infra host, where an archive of the inventory lists it. */
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n';
const SOURCE = 'name: ours, url: "https://apt.example.com", suite: stable, key: ours.asc';

function compiled(...lines: readonly string[]) {
  return compiledWith('infra_seq: 1', ...lines);
}

/** The first host has parameters of its own. */
function compiledWith(first: string, ...lines: readonly string[]) {
  const vars = lines.map((line) => `    ${line}\n`).join('');
  const text = `all:
  children:
    infra: { hosts: { 10.10.10.10: { ${first} }, 10.10.10.11: { infra_seq: 2 } } }
  vars:
    admin_ip: 10.10.10.10
${vars}`;
  const result = compile(text, 'inventory.yml', 'site', () => succeed(new Map([['ours.asc', KEY]])));
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const [plan] = [...result.value.plan.hosts].map((host) => host.plan);
  if (!plan) throw new Error('no host');
  return { plan, codes: result.diagnostics.map(({ code, message }) => `${code}: ${message}`) };
}

function sourceOf({ files }: HostPlan, path: string): string {
  const source = files.find((file) => file.path === path)?.source;
  if (!source) throw new Error(`no file ${path}`);
  return JSON.stringify(source);
}

const carried = (packages = '[grafana]') => `image_sources: [{ ${SOURCE}, packages: ${packages} }]`;
const hasUnit = ({ units }: HostPlan) => units.some(({ name }) => name === 'grafana.service');
const { plan: WITH } = compiled(carried());

describe('Grafana', () => {
  it.each([
    [carried(), true],
    [carried('[grafana-enterprise, "graf*"]'), true],
    [carried('[grafana-enterprise]'), false],
    [carried('["*"]'), false],
    [`image_sources: [{ ${SOURCE} }]`, false],
    [`image_sources: [{ ${SOURCE}, packages: [grafana], platform: debian14 }]`, false],
    ['image_sources: []', false],
  ])('runs where an archive of its platform lists it: %s', (source, isThere) => {
    const { plan, codes } = compiled(source);
    expect(hasUnit(plan)).toBe(isThere);
    const names = isThere ? 'loki' : 'grafana, loki';
    expect(codes).toContain(`infra/not-carried: ${names}: not in the package sources, left out`);
  });

  it('is nowhere when it is off, or where there is no archive', () => {
    for (const line of [`${carried()}\n    grafana_enabled: false`, 'image_sources: []']) {
      const { plan } = compiled(line);
      expect(plan.images.map(({ name }) => name)).not.toContain('grafana');
      expect(plan.ports.map(({ parameter }) => parameter)).not.toContain('grafana_port');
      expect(plan.users.map(({ name }) => name)).not.toContain('grafana');
      const paths = plan.files.filter(({ path }) => path.includes('grafana')).map(({ path }) => path);
      expect(paths).toEqual([]);
      expect(sourceOf(plan, 'www/portal/index.html')).not.toContain('Grafana');
      expect(sourceOf(plan, 'etc/nginx/sites/home.conf')).not.toContain('/ui/');
      expect(sourceOf(plan, 'etc/prometheus/targets/infra/infra-1.yml')).not.toContain('grafana');
    }
  });

  it('is left out, and said to be, without a portal', () => {
    const { plan, codes } = compiled(carried(), 'nginx_enabled: false');
    expect(hasUnit(plan)).toBe(false);
    expect(codes.filter((one) => one.startsWith('infra/without-portal'))).toHaveLength(2);
  });

  it('listens on its host, behind the portal, which shows its metrics to infra hosts', () => {
    const ports = WITH.ports.filter(({ parameter }) => parameter === 'grafana_port');
    expect(ports.map(({ unit, port, addresses }) => [unit, port, addresses])).toEqual([
      ['grafana.service', 3000, ['127.0.0.1']],
      ['nginx.service', 3000, ['10.10.10.10']],
    ]);
    const metrics = sourceOf(WITH, 'etc/nginx/sites/grafana-metrics.conf');
    for (const line of ['listen 10.10.10.10:3000 ssl', 'ssl_verify_client on', 'return 404'])
      expect(metrics).toContain(line);
    const target = sourceOf(WITH, 'etc/prometheus/targets/infra/infra-2.yml');
    expect(target).toContain('{"targets":["10.10.10.11:3000"],"labels":{"cls":"grafana","ins":"grafana-2"');
    expect(WITH.units.find(({ name }) => name === 'nginx.service')?.reloadOn).toContain(
      'etc/nginx/sites/grafana-metrics.conf',
    );
  });

  it('has a path and a name of the portal, and its own login there', () => {
    const pages = (path: string) => JSON.parse(sourceOf(WITH, path)).view.servers[1].locations;
    const ui = pages('etc/nginx/sites/home.conf').find(({ match }: { match: string }) => match === '/ui/');
    expect(ui.lines.join()).toContain('own.conf,proxy_pass http://127.0.0.1:3000');
    expect(ui.lines.join()).not.toContain('auth_basic');
    expect(pages('etc/nginx/sites/grafana.conf').map(({ match }: { match: string }) => match)).toEqual([
      '/',
      '/ui/',
    ]);
    expect(sourceOf(WITH, 'www/portal/index.html')).toContain('"/ui/","https://g.pigsty/"');
  });

  it('has all secrets in files of their own, for its account alone', () => {
    const isSecret = (file: FilePlan) => JSON.stringify(file.source).includes('$secret');
    const secrets = WITH.files.filter((file) => file.path.startsWith('etc/grafana/') && isSecret(file));
    expect(secrets.map(({ path, mode, group }) => [path, mode, group])).toEqual([
      ['etc/grafana/admin_password', 0o640, 'grafana'],
      ['etc/grafana/secret_key', 0o640, 'grafana'],
    ]);
    expect(sourceOf(WITH, 'units/grafana.service')).not.toContain('password');
  });

  it('asks nothing of the internet', () => {
    const { sections } = JSON.parse(sourceOf(WITH, 'etc/grafana/grafana.ini'));
    const entries = sections.flatMap(({ entries }: { entries: string[][] }) => entries);
    for (const name of ['reporting_enabled', 'check_for_updates', 'check_for_plugin_updates'])
      expect(entries).toContainEqual([name, 'false']);
    for (const name of ['preinstall_disabled', 'public_key_retrieval_disabled', 'disable_gravatar'])
      expect(entries).toContainEqual([name, 'true']);
  });

  it('restarts when its configuration, its data source or a dashboard changes', () => {
    const { restartOn = [] } = WITH.units.find(({ name }) => name === 'grafana.service') ?? {};
    const own = WITH.files.filter(({ path }) => path.startsWith('etc/grafana/')).map(({ path }) => path);
    expect([...restartOn].sort()).toEqual(own.sort());
    expect(own).toContain('etc/grafana/dashboards/overview.json');
  });

  it('asks the Prometheus of its host, and the first one where it has none', () => {
    const addressOf = (plan: HostPlan) =>
      /"url":"([^"]*)"/.exec(sourceOf(plan, 'etc/grafana/provisioning/datasources/pigsty.yml'))?.[1];
    expect(addressOf(WITH)).toBe('https://10.10.10.10:9090');
    const { plan } = compiledWith('infra_seq: 1, prometheus_enabled: false', carried());
    expect(addressOf(plan)).toBe('https://10.10.10.11:9090');
    expect(addressOf(compiled(carried(), 'prometheus_enabled: false').plan)).toBeUndefined();
  });
});
