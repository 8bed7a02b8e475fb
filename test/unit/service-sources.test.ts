import { describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import type { Site } from '../../generator/model/site.ts';
import { hbaContext } from '../../generator/modules/pgsql/access/hba/context.ts';
import { mainLines, roleLines } from '../../generator/modules/pgsql/access/hba/print.ts';
import { relayClasses, type Target, waysOf } from '../../generator/modules/pgsql/access/relay.ts';
import { declaredServices } from '../../generator/modules/pgsql/access/services.ts';
import { clusterMembers, type PgsqlMember } from '../../generator/modules/pgsql/members.ts';
import type { HbaRule } from '../../generator/modules/pgsql/params/schemas.ts';

/** Clusters of two members with these rules of PostgreSQL alone; pgbouncer lets everybody in from everywhere. */
function siteOf(clusters: Readonly<Record<string, readonly HbaRule[]>>, vars: object = {}): Site {
  const pool = [{ user: 'all', db: 'all', addr: 'world', auth: 'pwd' }];
  const groups = Object.entries(clusters).map(([name, rules], index) => {
    const net = `10.10.${index + 10}`;
    return [
      name,
      {
        hosts: {
          [`${net}.1`]: { pg_seq: 1, pg_role: 'primary' },
          [`${net}.2`]: { pg_seq: 2, pg_role: 'replica' },
        },
        vars: {
          ...{ pg_cluster: name, pg_default_hba_rules: [], pgb_default_hba_rules: pool },
          ...{ pg_hba_rules: rules, ...vars },
        },
      },
    ];
  });
  const etcd = { hosts: { '10.10.10.1': { etcd_seq: 1 } } };
  const inventory = {
    all: { children: { etcd, ...Object.fromEntries(groups) }, vars: { admin_ip: '10.10.10.1' } },
  };
  const site = readSite(JSON.stringify(inventory), 'generated.yml', 'generated');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
  return site.value;
}

function waysTo(port: number, site: Site, cluster = 'pg-a'): Record<string, string> | undefined {
  const members = clusterMembers(site, cluster);
  const service = declaredServices((members[0] as PgsqlMember).settings).find((one) => one.port === port);
  const ways = service && waysOf(service, members, site);
  return ways && Object.fromEntries(ways);
}

function linesOf(site: Site, target: Target = 'postgres', cluster = 'pg-a'): readonly string[] {
  const [member] = clusterMembers(site, cluster);
  if (!member) throw new Error('no member');
  const classes = relayClasses(target, member, site);
  const context = hbaContext(target, member, site);
  const lines = target === 'postgres' ? mainLines(context, classes) : roleLines(context, 'primary', classes);
  return numbered(lines.filter((line) => !line.startsWith('#')));
}

/** Addresses of classes as 127.77.0.1, 127.77.0.2 …, in the order of the lines. */
function numbered(lines: readonly string[]): readonly string[] {
  const seen: string[] = [];
  return lines.map((line) =>
    line.replace(/127\.77\.\d+\.\d+(?=\/32)/, (address) => {
      if (!seen.includes(address)) seen.push(address);
      return `127.77.0.${seen.indexOf(address) + 1}`;
    }),
  );
}

const OWN = { '127.0.0.0/8': 'direct' };
const rule = (user: string, addr: string, auth = 'pwd'): HbaRule =>
  ({ user, db: 'all', addr, auth }) as HbaRule;

describe('the way of a client to a service', () => {
  it('is direct where its address has the rules of the hosts of the service, refused where nobody is let in', () => {
    const site = siteOf({ 'pg-a': [rule('app', 'intra'), rule('all', 'world', 'deny')] });
    expect(waysTo(5436, site)).toEqual({
      ...OWN,
      '10.0.0.0/8': 'direct',
      '172.16.0.0/12': 'direct',
      '192.168.0.0/16': 'direct',
      '0.0.0.0/0': 'refused',
    });
    expect(linesOf(site).join('\n')).not.toContain('127.77');
    expect(waysTo(5433, site)).toEqual({ ...OWN, '0.0.0.0/0': 'direct' });
  });

  it('is a relay where its address has other rules', () => {
    const site = siteOf({ 'pg-a': [rule('app', '10.0.0.0/8'), rule('dba', '203.0.113.0/24', 'ssl')] });
    expect(waysTo(5436, site)).toEqual({ ...OWN, '10.0.0.0/8': 'direct', '203.0.113.0/24': 'relay' });
    expect(linesOf(site)).toEqual([
      'host all app 10.0.0.0/8 scram-sha-256',
      'host all app 127.77.0.1/32 scram-sha-256',
      'hostssl all dba 203.0.113.0/24 scram-sha-256',
      'hostssl all dba 127.77.0.2/32 scram-sha-256',
    ]);
  });

  it('is a relay for everybody where the hosts of the service have a rule of their own', () => {
    const site = siteOf({
      'pg-a': [rule('replicator', 'cluster'), rule('app', '10.0.0.0/8')],
      'pg-b': [rule('replicator', 'cluster'), rule('app', '10.0.0.0/8')],
    });
    expect(waysTo(5436, site)).toMatchObject({ '10.0.0.0/8': 'relay', '10.10.10.1/32': 'direct' });
    for (const cluster of ['pg-a', 'pg-b']) {
      const lines = linesOf(site, 'postgres', cluster);
      expect(lines.filter((line) => line.includes('app'))).toEqual([
        'host all app 10.0.0.0/8 scram-sha-256',
        'host all app 127.77.0.1/32 scram-sha-256',
        'host all app 127.77.0.2/32 scram-sha-256',
      ]);
      expect(lines.filter((line) => line.includes('replicator'))).toHaveLength(3);
    }
  });

  it('is the same for equal rules of several clusters', () => {
    const rules = [rule('app', '10.0.0.0/8'), rule('dba', '203.0.113.0/24')];
    const site = siteOf({ 'pg-a': rules, 'pg-b': rules });
    expect(linesOf(site, 'postgres', 'pg-b')).toEqual(linesOf(site, 'postgres', 'pg-a'));
    expect(linesOf(site, 'postgres', 'pg-b').join('\n')).toContain('dba 127.77.0.2/32');
  });

  it('never gives the access of a rule without proof, or of a word for addresses', () => {
    const site = siteOf({
      'pg-a': [
        rule('app', '203.0.113.5/32', 'trust'),
        { rules: ['host all app samenet trust'] } as HbaRule,
        rule('app', 'world'),
      ],
    });
    expect(waysTo(5436, site)).toEqual({ ...OWN, '203.0.113.5/32': 'relay', '0.0.0.0/0': 'relay' });
    expect(linesOf(site)).toEqual([
      'host all app 203.0.113.5/32 trust',
      'host all app 127.77.0.1/32 reject',
      'host all app 127.77.0.0/16 reject',
      'host all app samenet trust',
      'host all app 0.0.0.0/0 scram-sha-256',
    ]);
  });

  it('does not let a rule for the loopback interface stand for others', () => {
    const site = siteOf({
      'pg-a': [rule('root', '127.0.0.0/8'), rule('app', '10.0.0.0/8'), rule('dba', '203.0.113.0/24')],
    });
    expect(linesOf(site).slice(0, 8)).toEqual(
      [
        ...['127.128.0.0/9', '127.0.0.0/10', '127.96.0.0/11', '127.80.0.0/12', '127.64.0.0/13'],
        ...['127.72.0.0/14', '127.78.0.0/15', '127.76.0.0/16'],
      ].map((network) => `host all root ${network} scram-sha-256`),
    );
  });

  it('is refused without HAProxy on the members', () => {
    const rules = [rule('app', '10.0.0.0/8'), rule('dba', '203.0.113.0/24')];
    expect(waysTo(5436, siteOf({ 'pg-a': rules }, { haproxy_enabled: false }))).toEqual({
      ...OWN,
      '10.0.0.0/8': 'direct',
      '203.0.113.0/24': 'refused',
    });
  });
});
