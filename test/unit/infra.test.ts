import { describe, expect, it } from 'vitest';
import { type Compiled, compile } from '../../generator/compile.ts';
import { Facts, offer } from '../../generator/model/facts.ts';
import { RuleGroup, ScrapeTarget } from '../../generator/model/monitoring.ts';
import type { FilePlan, HostPlan } from '../../generator/model/plan.ts';
import { ruleFiles, targetFiles } from '../../generator/modules/infra/site-files.ts';
import { isHostIp } from '../../generator/text/address.ts';
import { withSecretRefs } from '../../generator/text/secret-refs.ts';

const TWO_HOSTS = `all:
  children:
    infra: { hosts: { 10.10.10.10: { infra_seq: 1 }, 10.10.10.11: { infra_seq: 2 } } }
  vars:
    admin_ip: 10.10.10.10
`;

function compiled(vars: string): Compiled {
  const result = compile(`${TWO_HOSTS}${vars}`, 'inventory.yml', 'site');
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

/** The plans of the hosts whose parameters are `vars`, lines of all.vars. */
function planned(...lines: readonly string[]): readonly HostPlan[] {
  const vars = lines.map((line) => `    ${line}\n`).join('');
  return [...compiled(vars).plan.hosts].map(({ plan }) => plan);
}

function sourceOf(files: readonly FilePlan[], path: string): string {
  const source = files.find((file) => file.path === path)?.source;
  if (!source) throw new Error(`no file ${path}`);
  return JSON.stringify(source);
}

const [FIRST] = planned();
const units = (plan: HostPlan | undefined) => plan?.units.map(({ name }) => name) ?? [];
const portalOf = (plan: HostPlan | undefined) =>
  (plan?.files ?? [])
    .filter(({ path }) => path.startsWith('etc/nginx/sites/') || path.startsWith('www/'))
    .map(({ source }) => JSON.stringify(source))
    .join();

describe('a program that is switched off', () => {
  it.each([
    ['prometheus_enabled', 'prometheus.service', 'prometheus'],
    ['alertmanager_enabled', 'alertmanager.service', 'alertmanager'],
    ['blackbox_enabled', 'blackbox_exporter.service', 'blackbox'],
    ['pushgateway_enabled', 'pushgateway.service', 'push'],
  ])('%s: false has no unit, target, place on the portal, image or port', (parameter, unit, name) => {
    const [plan] = planned(`${parameter}: false`);
    expect([units(FIRST).includes(unit), units(plan).includes(unit)]).toEqual([true, false]);
    expect([portalOf(FIRST).includes(`/${name}/`), portalOf(plan).includes(`/${name}/`)]).toEqual([
      true,
      false,
    ]);
    const image = unit.replace('_exporter', '').replace('.service', '');
    expect(plan?.images.map((one) => one.name)).not.toContain(image);
    expect(plan?.ports.map((one) => one.unit)).not.toContain(unit);
    if (name !== 'prometheus')
      expect(sourceOf(plan?.files ?? [], 'etc/prometheus/targets/infra/infra-2.yml')).not.toContain(
        `"${name}`,
      );
  });

  it('takes the whole portal, its exporter and its users with it', () => {
    const [plan] = planned('nginx_enabled: false');
    expect(units(plan).filter((name) => name.startsWith('nginx'))).toEqual([]);
    expect(plan?.files.filter(({ path }) => /nginx|^www/.test(path))).toEqual([]);
    expect(plan?.users.map(({ name }) => name)).not.toContain('nginx');
    expect(plan?.certificates.map(({ name }) => name)).not.toContain('infra-1-portal');
    expect(planned()[0]?.certificates.map(({ name }) => name)).toContain('infra-1-portal');
  });

  it('on one host only is watched on the other', () => {
    const result = compile(
      TWO_HOSTS.replace('infra_seq: 2', 'infra_seq: 2, prometheus_enabled: false'),
      'inventory.yml',
      'site',
    );
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    const [one, two] = [...result.value.plan.hosts].map(({ plan }) => plan);
    expect(sourceOf(one?.files ?? [], 'etc/prometheus/targets/infra/infra-1.yml')).toContain(':9090');
    expect(sourceOf(one?.files ?? [], 'etc/prometheus/targets/infra/infra-2.yml')).not.toContain(':9090');
    expect(units(two)).not.toContain('prometheus.service');
  });
});

describe('what changes with the site', () => {
  const unit = (name: string) => FIRST?.units.find((one) => one.name === name);

  it('reloads Prometheus and never restarts it; a target does neither', () => {
    const { restartOn, reloadOn } = unit('prometheus.service') ?? {};
    expect(restartOn).toEqual([]);
    const isRule = (path: string) => path.startsWith('etc/prometheus/rules/');
    expect(reloadOn?.filter((path) => !isRule(path))).toEqual(['etc/prometheus/prometheus.yml']);
    expect(reloadOn?.filter(isRule)).toEqual(FIRST?.files.map(({ path }) => path).filter(isRule));
    expect(reloadOn).toContain('etc/prometheus/rules/node-alerts.yml');
  });

  it('reloads nginx, dnsmasq and Alertmanager', () => {
    expect(unit('nginx.service')?.reloadOn).toContain('etc/nginx/sites/home.conf');
    expect(unit('dnsmasq.service')?.reloadOn).toContain('etc/dnsmasq/hosts/default');
    expect(unit('alertmanager.service')?.reloadOn).toContain('etc/alertmanager/alertmanager.yml');
  });
});

describe('the portal', () => {
  const portal = (entry: string) => `infra_portal: { home: { domain: h.pigsty }, ${entry} }`;

  it('of each host leads to its own programs, wherever the endpoint says that they are', () => {
    for (const plan of planned())
      expect(sourceOf(plan.files, 'etc/nginx/sites/prometheus.conf')).toContain(`https://${plan.ip}:9090/`);
  });

  it('leads to a Prometheus of somebody else without our certificate', () => {
    const [plan] = planned(portal("prometheus: { domain: p.pigsty, endpoint: '10.9.9.9:9090' }"));
    const text = sourceOf(plan?.files ?? [], 'etc/nginx/sites/prometheus.conf');
    expect(text).toContain('proxy_pass http://10.9.9.9:9090');
    expect(text).not.toContain('tls.conf');
  });

  it('has no place for Grafana on an infra host, and one elsewhere', () => {
    const here = planned(portal("grafana: { domain: g.pigsty, endpoint: '10.10.10.11:3000' }"));
    const there = planned(portal("grafana: { domain: g.pigsty, endpoint: '10.9.9.9:3000' }"));
    expect([portalOf(here[0]).includes('g.pigsty'), portalOf(there[0]).includes('g.pigsty')]).toEqual([
      false,
      true,
    ]);
  });

  it('has all its names in its certificate', () => {
    const [plan] = planned(portal("wiki: { domain: wiki.example, endpoint: '10.9.9.9:80' }"));
    const certificate = plan?.certificates.find(({ name }) => name === 'infra-1-portal');
    expect(certificate?.names).toEqual(['h.pigsty', 'wiki.example', 'localhost', 'infra-1']);
  });

  it('redirects everything but the CA with nginx_sslmode: enforce, and nothing with disable', () => {
    const lines = (mode: string) =>
      sourceOf(planned(`nginx_sslmode: ${mode}`)[0]?.files ?? [], 'etc/nginx/sites/home.conf');
    const plain = (mode: string) =>
      JSON.parse(lines(mode)).view.servers[0].locations as { lines: string[]; match: string }[];
    const open = (mode: string) =>
      plain(mode).filter(({ lines: [first] }) => !first?.startsWith('return 301'));
    expect(open('enforce').map(({ match }) => match)).toEqual(['= /ca.crt', '= /nginx']);
    expect(open('disable').length).toBe(plain('disable').length);
    expect(JSON.parse(lines('disable')).view.servers.length).toBe(1);
  });
});

describe('Alertmanager', () => {
  const argumentsOf = (plan: HostPlan | undefined) =>
    sourceOf(plan?.files ?? [], 'units/alertmanager.service');

  it('forms a cluster with the others, and alone listens for none', () => {
    expect(argumentsOf(FIRST)).toContain('--cluster.peer=10.10.10.11:9094');
    const [alone] = [...compileOne().plan.hosts].map(({ plan }) => plan);
    expect(argumentsOf(alone)).toContain('"--cluster.listen-address="');
    expect(alone?.ports.map(({ parameter }) => parameter)).not.toContain('alertmanager_cluster_port');
  });

  function compileOne(): Compiled {
    const text = TWO_HOSTS.replace(', 10.10.10.11: { infra_seq: 2 }', '');
    const result = compile(text, 'inventory.yml', 'site');
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return result.value;
  }
});

describe('the site', () => {
  it('asks the DNS server of its infra host, unless that has none', () => {
    const resolver = (...lines: readonly string[]) =>
      planned(...lines)[1]?.files.filter(({ path }) => path === 'etc/resolv.conf');
    expect(JSON.stringify(resolver())).toContain('nameserver 10.10.10.10');
    for (const off of ['dns_enabled: false', 'dns_port: 5353']) expect(resolver(off)).toEqual([]);
  });

  it('opens the portal to everybody, DNS to private networks, and the rest to its own hosts', () => {
    const [plan] = planned(
      'node_firewall_mode: plan',
      'node_firewall_intranet: [172.20.0.0/16]',
      'haproxy_enabled: false',
    );
    const { view } = JSON.parse(sourceOf(plan?.files ?? [], 'etc/nftables/pigsty.conf'));
    const setOf = (elements: string) =>
      view.sets.find((set: { elements: string }) => set.elements === elements)?.name;
    const [hosts, both] = ['10.10.10.10, 10.10.10.11', '10.10.10.10, 10.10.10.11, 172.20.0.0/16'].map(setOf);
    expect(view.accept).toEqual([
      `ip saddr @${hosts} tcp dport { 9090, 9091, 9093, 9094, 9100, 9113, 9115, 19532 } accept`,
      'tcp dport { 80, 443 } accept',
      `ip saddr @${both} tcp dport { 53 } accept`,
      `ip saddr @${both} udp dport { 53 } accept`,
    ]);
  });
});

describe('files that all infra hosts have', () => {
  const ip = '10.10.10.12';
  if (!isHostIp(ip)) throw new Error(ip);
  const labels = { cls: 'pg-test', ins: 'pg-test-1', exporter: 'patroni' } as const;
  const facts = new Facts([
    offer(ScrapeTarget, [
      { job: 'pgsql', file: 'pg-test-1', ip, address: `${ip}:9630`, labels },
      { job: 'pgsql', file: 'pg-test-1', ip, address: `${ip}:9631`, labels },
      { job: 'pgsql', file: 'pg-test-1', ip, address: `${ip}:8008`, labels, scheme: 'http', path: '/m' },
    ]),
    offer(RuleGroup, [
      { name: 'pgsql', rules: [{ record: 'pg:ins:x', expr: 'sum(x)' }] },
      { name: 'unread', rules: [{ record: 'pg:ins:y', expr: 'sum(y)' }] },
      {
        name: 'pgsql',
        rules: [
          {
            alert: 'Down',
            expr: 'pg:ins:x\n  < 1',
            for: '1m',
            level: 1,
            category: 'pgsql',
            summary: '{{ $labels.ins }} is down',
          },
        ],
      },
    ]),
  ]);

  it('are one for each instance, with targets of the same labels together', () => {
    expect(targetFiles(facts, ip).map(({ path, source }) => [path, source])).toEqual([
      [
        'etc/prometheus/targets/pgsql/pg-test-1.yml',
        {
          kind: 'yaml',
          data: [
            { targets: [`${ip}:9630`, `${ip}:9631`], labels: { ...labels, ip } },
            {
              targets: [`${ip}:8008`],
              labels: { ...labels, ip, __scheme__: 'http', __metrics_path__: '/m' },
            },
          ],
        },
      ],
    ]);
  });

  it('are one for each group of rules that somebody reads', () => {
    const alert = {
      alert: 'Down',
      expr: 'pg:ins:x < 1',
      for: '1m',
      labels: { level: '1', severity: 'WARN', category: 'pgsql' },
      annotations: { summary: '{{ $labels.ins }} is down', page: 'https://h.pigsty/alerts/Down' },
    };
    const rules = [{ record: 'pg:ins:x', expr: 'sum(x)' }, alert];
    expect(ruleFiles(facts, 'https://h.pigsty/alerts').map(({ path, source }) => [path, source])).toEqual([
      ['etc/prometheus/rules/pgsql.yml', { kind: 'yaml', data: { groups: [{ name: 'pgsql', rules }] } }],
    ]);
  });
});

describe('arguments of the inventory', () => {
  it('come after ours, as words that systemd leaves as they are', () => {
    const [plan] = planned(`prometheus_options: '--a=$HOME --b="x y"'`);
    expect(sourceOf(plan?.files ?? [], 'units/prometheus.service')).toContain('"--a=$$HOME","--b=x y"]');
  });
});

describe('withSecretRefs', () => {
  it('leaves everything but the secrets, which have the names of their places', () => {
    const value = [{ name: 'ops', hooks: [{ url: 'x', retry: true }] }, { url: 'y' }];
    expect(withSecretRefs(value, 'receivers', new Set(['url']))).toEqual([
      { name: 'ops', hooks: [{ url: { $secret: 'receivers.ops.hooks.0.url', as: 'plain' }, retry: true }] },
      { url: { $secret: 'receivers.1.url', as: 'plain' } },
    ]);
  });
});
