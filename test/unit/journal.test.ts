import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { OpenPort } from '../../generator/model/facts.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { samplePlans } from '../support/sample-plans.ts';

/** The plans of infra hosts 10.0.0.1 and 10.0.0.2 and of host 10.0.0.3; `all` has the variables of everybody. */
function plans(all = ''): readonly HostPlan[] {
  const text = `all:
  vars: { ${all} }
  children:
    infra: { hosts: { 10.0.0.1: { infra_seq: 1 }, 10.0.0.2: { infra_seq: 2 } } }
    plain: { hosts: { 10.0.0.3: { nodename: three, node_cluster: web } } }
`;
  const compiled = compile(text, 'pigsty.yml', 'pigsty');
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join());
  return [...compiled.value.plan.hosts].map(({ plan }) => plan);
}

const journalUnits = (host: HostPlan | undefined) =>
  host?.units.map(({ name }) => name).filter((name) => name.startsWith('journal-')) ?? [];

const journalCertificates = (host: HostPlan | undefined) =>
  host?.certificates.filter(({ organizationalUnit }) => organizationalUnit === 'journal');

describe('journals', () => {
  it('are sent to every infra host by a unit of its own, and stored on infra hosts only', () => {
    const [one, , three] = plans();
    const uploads = ['journal-upload-10.0.0.1.service', 'journal-upload-10.0.0.2.service'];
    expect(journalUnits(three)).toEqual(uploads);
    expect(journalUnits(one).sort()).toEqual([
      'journal-gateway.service',
      'journal-gateway.socket',
      'journal-receiver.service',
      'journal-remote.service',
      ...uploads,
    ]);
  });

  it('stay where they are with journal_enabled: false', () => {
    for (const host of plans('journal_enabled: false')) {
      expect(journalUnits(host)).toEqual([]);
      expect(journalCertificates(host)).toEqual([]);
      expect(host.images.map(({ name }) => name)).not.toContain('journal');
    }
  });

  it('are received from the hosts that send them, each from a loopback address of its own', () => {
    const source = plans()[0]?.files.find(({ path }) => path === 'etc/journal/receiver.cfg')?.source;
    expect(source?.kind === 'template' && source.view.senders).toEqual([
      { ip: '10.0.0.1', source: '127.0.0.1' },
      { ip: '10.0.0.2', source: '127.0.0.2' },
      { ip: '10.0.0.3', source: '127.0.0.3' },
    ]);
  });

  it('come with a certificate that says which host it is, and what for', () => {
    expect(journalCertificates(plans()[2])).toEqual([
      {
        name: 'journal-10.0.0.3',
        commonName: '10.0.0.3',
        organizationalUnit: 'journal',
        names: [],
        addresses: ['10.0.0.3'],
      },
    ]);
  });
});

describe('labels', () => {
  const labelsOf = (host: HostPlan | undefined, path: string) =>
    host?.files.find((file) => file.path === path)?.labels;

  it('are those of the module on the host: its instance, or the node', () => {
    const [, two, three] = plans();
    expect(labelsOf(two, 'units/journal-remote.service')).toEqual({
      ...{ JOB: 'infra', CLS: 'infra', INS: 'infra-2', IP: '10.0.0.2' },
    });
    const node = { CLS: 'web', INS: 'three', IP: '10.0.0.3' };
    expect(labelsOf(three, 'units/haproxy.service')).toEqual({ JOB: 'node', ...node });
    expect(labelsOf(three, 'units/pigsty-boot.service')).toEqual({ JOB: 'agent', ...node });
  });

  it('are on every service of every plan, whatever its module', () => {
    const services = samplePlans().flatMap(({ files }) =>
      files.filter(({ path }) => path.startsWith('units/') && path.endsWith('.service')),
    );
    expect(services.length).toBeGreaterThan(100);
    expect(services.filter(({ labels }) => !labels?.CLS || !labels.INS || !labels.JOB)).toEqual([]);
  });

  it('of a cluster are its members’, and those of etcd have the name of its cluster', () => {
    const labels = samplePlans().flatMap(({ files }) =>
      files.map((file) => [file.path, file.labels] as const),
    );
    const of = (path: string) => labels.find(([name]) => name === path)?.[1];
    expect(of('units/etcd.service')).toMatchObject({ JOB: 'etcd', CLS: 'etcd', INS: 'etcd-1' });
    expect(of('units/patroni.service')?.INS).toBe(`${of('units/patroni.service')?.CLS}-1`);
  });
});

describe('the port of the receiver', () => {
  it('is open to the hosts of the site', () => {
    const compiled = compile(
      'all: { children: { infra: { hosts: { 10.0.0.1: { infra_seq: 1, node_firewall_mode: plan }, 10.0.0.2: { infra_seq: 2 } } } } }',
      'pigsty.yml',
      'pigsty',
    );
    if (!compiled.ok) throw new Error('does not compile');
    expect(compiled.value.facts.all(OpenPort).filter(({ port }) => port === 19532)).toEqual([
      { ip: '10.0.0.1', port: 19532 },
      { ip: '10.0.0.2', port: 19532 },
    ]);
  });
});
