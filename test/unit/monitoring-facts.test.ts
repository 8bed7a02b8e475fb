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
      'node/10.10.10.9: 10.10.10.9:9100 cls=nodes ins=center',
      'node/10.10.10.9: 10.10.10.9:9101 cls=nodes ins=center',
      'ping/10.10.10.9: 10.10.10.9 cls=nodes ins=center',
      'node/10.10.10.11: 10.10.10.11:9100 cls=pg-test ins=pg-test-1',
      'node/10.10.10.11: 10.10.10.11:9101 cls=pg-test ins=pg-test-1',
      'ping/10.10.10.11: 10.10.10.11 cls=pg-test ins=pg-test-1',
      'node/10.10.10.12: 10.10.10.12:9100 cls=pg-test ins=pg-test-2',
      'node/10.10.10.12: 10.10.10.12:9101 cls=pg-test ins=pg-test-2',
      'ping/10.10.10.12: 10.10.10.12 cls=pg-test ins=pg-test-2',
      'etcd/etcd-1: 10.10.10.11:2379 cls=etcd ins=etcd-1',
      'pgsql/pg-test-1: 10.10.10.11:9630 cls=pg-test ins=pg-test-1',
      'pgsql/pg-test-1: 10.10.10.11:9631 cls=pg-test ins=pg-test-1',
      'pgsql/pg-test-1: 10.10.10.11:9854 cls=pg-test ins=pg-test-1',
      'pgsql/pg-test-1: 10.10.10.11:8008 cls=pg-test ins=pg-test-1',
      'ping/10.10.10.3---10.10.10.11: 10.10.10.3 cls=pg-test ins=pg-test-1 vip=10.10.10.3 job=pgsql-vip',
      'pgsql/pg-test-2: 10.10.10.12:9631 cls=pg-test ins=pg-test-2',
      'pgsql/pg-test-2: 10.10.10.12:9854 cls=pg-test ins=pg-test-2',
      'pgsql/pg-test-2: 10.10.10.12:8008 cls=pg-test ins=pg-test-2',
      'ping/10.10.10.3---10.10.10.12: 10.10.10.3 cls=pg-test ins=pg-test-2 vip=10.10.10.3 job=pgsql-vip',
    ]);
  });

  it('belong to a job each', () => {
    const facts = factsOf({});
    expect(facts.all(ScrapeJob)).toEqual([
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
      'pgsql/pg-test-1: 10.10.10.11:9630 cls=pg-test ins=pg-test-1 /m',
      'pgsql/pg-test-1: 10.10.10.11:9631 cls=pg-test ins=pg-test-1 /m',
      'pgsql/pg-test-1: 10.10.10.11:9854 cls=pg-test ins=pg-test-1',
      'pgsql/pg-test-1: 10.10.10.11:8008 cls=pg-test ins=pg-test-1 http',
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
    expect(records({ pg_dns_suffix: '.db' })).toEqual([
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
  expect(factsOf({}).all(PortalSite)[0]).toEqual({
    name: 'haproxy-center',
    path: '/center/',
    upstream: { scheme: 'https', address: '10.10.10.9:9101' },
  });
});
