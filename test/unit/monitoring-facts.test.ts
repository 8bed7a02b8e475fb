import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { OpenPort } from '../../generator/model/facts.ts';
import { DnsRecord, PortalSite, ScrapeJob, ScrapeTarget } from '../../generator/model/monitoring.ts';
import { modules } from '../../generator/modules/index.ts';
import { gatherFacts } from '../../generator/stages/plan.ts';

/* What modules tell the monitoring centre of a small site. */
function factsOf(vars: object, infra = true) {
  const own = { pg_cluster: 'pg-test', pg_vip_enabled: true, pg_vip_address: '10.10.10.3/24', ...vars };
  const children = {
    ...(infra && { infra: { hosts: { '10.10.10.9': { infra_seq: 1, nodename: 'center' } } } }),
    etcd: { hosts: { '10.10.10.11': { etcd_seq: 1 } }, vars: { etcd_cluster: 'etcd' } },
    'pg-test': {
      hosts: {
        '10.10.10.11': { pg_seq: 1, pg_role: 'primary' },
        '10.10.10.12': { pg_seq: 2, pg_role: 'replica', pg_exporter_enabled: false },
      },
      vars: own,
    },
  };
  const inventory = { all: { children, vars: { admin_ip: '10.10.10.9' } } };
  const compiled = compile(JSON.stringify(inventory), 'site.yml', 'site');
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '));
  return gatherFacts(compiled.value.site, modules);
}

/** `job/file: address labels`, as in the target files. */
function targetLines(facts: ReturnType<typeof factsOf>): string[] {
  return facts
    .all(ScrapeTarget)
    .map(({ job, file, address, labels, path = '', scheme = '' }) =>
      [`${job}/${file}:`, address, ...Object.entries(labels).map((pair) => pair.join('=')), path, scheme]
        .filter((part) => part !== '')
        .join(' '),
    );
}

describe('targets', () => {
  it('have the files and labels that Pigsty gives them', () => {
    expect(targetLines(factsOf({}))).toEqual([
      'infra/infra-1: 10.10.10.9:9113 cls=nginx ins=nginx-1 exporter=nginx',
      'infra/infra-1: 10.10.10.9:9090 cls=prometheus ins=prometheus-1 exporter=prometheus',
      'infra/infra-1: 10.10.10.9:9091 cls=pushgateway ins=pushgateway-1 exporter=pushgateway',
      'infra/infra-1: 10.10.10.9:9093 cls=alertmanager ins=alertmanager-1 exporter=alertmanager',
      'infra/infra-1: 10.10.10.9:9115 cls=blackbox ins=blackbox-1 exporter=blackbox',
      'push/infra-1: 10.10.10.9:9091 cls=push ins=push-1 exporter=pushgateway',
      'portal/infra-1: https://10.10.10.9/ca.crt cls=portal ins=portal-1 exporter=blackbox',
      'dns/infra-1: 10.10.10.9:53 cls=dnsmasq ins=dnsmasq-1 exporter=blackbox',
      'node/10.10.10.9: 10.10.10.9:9100 cls=nodes ins=center exporter=node',
      'node/10.10.10.9: 10.10.10.9:9101 cls=nodes ins=center exporter=haproxy',
      'ping/10.10.10.9: 10.10.10.9 cls=nodes ins=center exporter=blackbox',
      'node/10.10.10.11: 10.10.10.11:9100 cls=pg-test ins=pg-test-1 exporter=node',
      'node/10.10.10.11: 10.10.10.11:9101 cls=pg-test ins=pg-test-1 exporter=haproxy',
      'ping/10.10.10.11: 10.10.10.11 cls=pg-test ins=pg-test-1 exporter=blackbox',
      'node/10.10.10.12: 10.10.10.12:9100 cls=pg-test ins=pg-test-2 exporter=node',
      'node/10.10.10.12: 10.10.10.12:9101 cls=pg-test ins=pg-test-2 exporter=haproxy',
      'ping/10.10.10.12: 10.10.10.12 cls=pg-test ins=pg-test-2 exporter=blackbox',
      'etcd/etcd-1: 10.10.10.11:2379 cls=etcd ins=etcd-1 exporter=etcd',
      'pgsql/pg-test-1: 10.10.10.11:9630 cls=pg-test ins=pg-test-1 exporter=pg_exporter',
      'pgsql/pg-test-1: 10.10.10.11:9631 cls=pg-test ins=pg-test-1 exporter=pgbouncer_exporter',
      'pgsql/pg-test-1: 10.10.10.11:9854 cls=pg-test ins=pg-test-1 exporter=pgbackrest_exporter',
      'pgsql/pg-test-1: 10.10.10.11:8008 cls=pg-test ins=pg-test-1 exporter=patroni',
      'ping/10.10.10.3---10.10.10.11: 10.10.10.3 cls=pg-test ins=pg-test-1 exporter=blackbox vip=10.10.10.3 job=pgsql-vip',
      'pgsql/pg-test-2: 10.10.10.12:9631 cls=pg-test ins=pg-test-2 exporter=pgbouncer_exporter',
      'pgsql/pg-test-2: 10.10.10.12:9854 cls=pg-test ins=pg-test-2 exporter=pgbackrest_exporter',
      'pgsql/pg-test-2: 10.10.10.12:8008 cls=pg-test ins=pg-test-2 exporter=patroni',
      'ping/10.10.10.3---10.10.10.12: 10.10.10.3 cls=pg-test ins=pg-test-2 exporter=blackbox vip=10.10.10.3 job=pgsql-vip',
    ]);
  });

  it('belong to a job each', () => {
    const facts = factsOf({});
    expect(facts.all(ScrapeJob)).toEqual([
      { name: 'infra', path: '/metrics', scheme: 'https', ownOnly: true },
      { name: 'push', path: '/metrics', scheme: 'https', honorsLabels: true },
      { name: 'portal', path: '/probe', scheme: 'https', probe: 'http_site' },
      { name: 'dns', path: '/probe', scheme: 'https', probe: 'dns_site' },
      { name: 'node', path: '/metrics', scheme: 'https' },
      { name: 'ping', path: '/probe', scheme: 'http', probe: 'icmp' },
      { name: 'etcd', path: '/metrics', scheme: 'https' },
      { name: 'pgsql', path: '/metrics', scheme: 'https' },
    ]);
    const names = new Set(facts.all(ScrapeJob).map(({ name }) => name));
    expect(facts.all(ScrapeTarget).filter(({ job }) => !names.has(job))).toEqual([]);
  });

  it('say where they are not as their job says', () => {
    const lines = targetLines(factsOf({ exporter_metrics_path: '/m', patroni_ssl_enabled: false }));
    expect(lines.filter((line) => line.startsWith('pgsql/pg-test-1'))).toEqual([
      'pgsql/pg-test-1: 10.10.10.11:9630 cls=pg-test ins=pg-test-1 exporter=pg_exporter /m',
      'pgsql/pg-test-1: 10.10.10.11:9631 cls=pg-test ins=pg-test-1 exporter=pgbouncer_exporter /m',
      'pgsql/pg-test-1: 10.10.10.11:9854 cls=pg-test ins=pg-test-1 exporter=pgbackrest_exporter',
      'pgsql/pg-test-1: 10.10.10.11:8008 cls=pg-test ins=pg-test-1 exporter=patroni http',
    ]);
  });
});

describe('ports of exporters', () => {
  const opened = (infra: boolean) =>
    factsOf({}, infra)
      .all(OpenPort)
      .filter(({ port }) => [9100, 9630, 9631, 9854].includes(port));

  it('are open to the infra hosts', () => {
    expect(opened(true)).toHaveLength(8);
    expect(new Set(opened(true).flatMap(({ only }) => only))).toEqual(new Set(['10.10.10.9']));
  });

  it('are open to nobody without such hosts', () => {
    expect(opened(false).map(({ only }) => only)).toEqual(Array(7).fill([]));
  });
});

describe('names', () => {
  const records = (vars: object) =>
    factsOf(vars)
      .all(DnsRecord)
      .map(({ file, ip, names }) => `${file} ${ip} ${names}`);

  it('are those of hosts, members and clusters', () => {
    const ofSite = records({ pg_dns_suffix: '.db' }).filter((line) => !line.startsWith('default '));
    expect(ofSite).toEqual([
      '10.10.10.9 10.10.10.9 center',
      '10.10.10.11 10.10.10.11 pg-test-1',
      '10.10.10.12 10.10.10.12 pg-test-2',
      'pg-test-1 10.10.10.11 pg-test-1',
      'pg-test-2 10.10.10.12 pg-test-2',
      'pg-test 10.10.10.3 pg-test.db',
    ]);
  });

  it.each([
    ['primary', ['pg-test 10.10.10.11 pg-test']],
    ['vip', ['pg-test 10.10.10.3 pg-test']],
    ['none', []],
    ['10.10.10.99', ['pg-test 10.10.10.99 pg-test']],
  ])('of a cluster lead to its target: %s', (target, lines) => {
    expect(records({ pg_dns_target: target }).filter((line) => line.startsWith('pg-test '))).toEqual(lines);
  });

  it('of the VIP of hosts have a suffix', () => {
    const vip = { vip_enabled: true, vip_address: '10.10.10.4', vip_vrid: 9, vip_dns_suffix: '.vip' };
    expect(records(vip).filter((line) => line.startsWith('vip-'))).toEqual([
      'vip-pg-test 10.10.10.4 pg-test.vip',
    ]);
  });
});

it('pages of HAProxy are offered to the portal', () => {
  const sites = factsOf({}).all(PortalSite);
  expect(sites.filter(({ name }) => name.startsWith('haproxy-'))).toHaveLength(3);
  expect(sites.find(({ name }) => name === 'haproxy-center')).toEqual({
    name: 'haproxy-center',
    path: '/center/',
    upstream: { scheme: 'https', address: '10.10.10.9:9101' },
  });
});
