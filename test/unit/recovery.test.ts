import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { recovery, smallestRto } from '../../generator/modules/pgsql/ha/recovery.ts';

/** The promises of three members whose cluster has these variables. */
function promises(variables: string, election = 1000) {
  const hosts = (seq: string, role: string) =>
    [1, 2, 3].map((n) => `10.0.0.${n}: { ${seq}: ${n}${role && n === 1 ? `, ${role}` : ''} }`).join(', ');
  const text = `all:
  children:
    etcd: { hosts: { ${hosts('etcd_seq', '')} }, vars: { etcd_election_timeout: ${election} } }
    pg: { hosts: { ${hosts('pg_seq', 'pg_role: primary')} }, vars: { pg_cluster: pg, ${variables} } }`;
  const compiled = compile(text, 'pigsty.yml', 'pigsty');
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ code }) => code).join());
  return compiled.value.plan.promises.filter((promise) => promise.kind === 'recovery');
}

it('gives the times of the default pg_rto', () => {
  const times = recovery(30, 1);
  expect(times).toMatchObject({ ttl: 22, loopWait: 5, retryTimeout: 5 });
  expect(recovery(15, 1)).toMatchObject({ ttl: 7, loopWait: 1, retryTimeout: 3 });
});

it('adds up for every valid pg_rto, and the lease has time for two retries', () => {
  const election = fc.constantFrom(100, 500, 1000, 2000);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), election, (above, milliseconds) => {
      const seconds = milliseconds / 1000;
      const rto = smallestRto(seconds) + above;
      const { ttl, loopWait, retryTimeout, ...times } = recovery(rto, seconds);
      const { fenceAfter, connectAfter, watchdogMargin } = times;
      expect(ttl).toBeGreaterThanOrEqual(loopWait + 2 * retryTimeout);
      expect(fenceAfter).toBeLessThan(ttl);
      expect(connectAfter).toBeLessThan(fenceAfter);
      expect(watchdogMargin).toBeGreaterThan(0);
      expect(ttl - watchdogMargin).toBeGreaterThanOrEqual(loopWait + retryTimeout);
      const [promise] = promises(`pg_rto: ${rto}`, milliseconds);
      for (const { failure, seconds: worst } of promise?.worstCases ?? [])
        expect(worst, `${failure} with pg_rto ${rto}`).toBeLessThanOrEqual(rto);
    }),
    { numRuns: 60 },
  );
});

it('rejects a pg_rto that is too small', () => {
  expect(() => promises('pg_rto: 14')).toThrow('pgsql/rto-too-short');
  expect(promises('pg_rto: 15')).toHaveLength(1);
});

it('prints the possible data loss, and none with synchronous replication', () => {
  const lost = (variables: string) => {
    const [promise] = promises(variables);
    return [promise?.lostBytes, promise?.lostSeconds];
  };
  expect(lost('pg_rpo: 4096')).toEqual([4096, recovery(30, 1).ttl]);
  expect(lost('pg_rpo: 0')).toEqual([0, 0]);
  expect(lost('pg_rpo: 4096, pg_conf: crit.yml')).toEqual([0, 0]);
});

it.each([
  [1, 0],
  [2, 0],
  [3, 1],
  [5, 2],
])('of %s etcd members %s can fail', (members, spare) => {
  const hosts = Array.from({ length: members }, (_, n) => `10.0.0.${n + 1}: { etcd_seq: ${n + 1} }`).join(
    ', ',
  );
  const compiled = compile(`all: { children: { etcd: { hosts: { ${hosts} } } } }`, 'pigsty.yml', 'pigsty');
  const quorum = compiled.ok && compiled.value.plan.promises.filter(({ kind }) => kind === 'quorum');
  expect(quorum).toEqual([{ kind: 'quorum', cluster: 'etcd', members, spare }]);
});

it.each<[number[], number[], string[], boolean]>([
  [[1, 2, 3], [1], ['10.0.0.1'], true],
  [[1, 2, 3], [1, 2], ['10.0.0.1', '10.0.0.2'], true],
  [[1, 2], [1, 2], ['10.0.0.1', '10.0.0.2'], false],
  [[1, 2, 3], [1, 2, 3], [], true],
  [[1, 2, 3], [9], [], true],
  [[1, 2], [1, 8, 9], [], true],
])('members on %j, etcd on %j: no promise for the loss of %j', (members, store, unprotected, hasOther) => {
  const text = `all:
  children:
    etcd: { hosts: { ${store.map((n) => `10.0.0.${n}: { etcd_seq: ${n} }`).join(', ')} } }
    pg: { hosts: { ${members.map((n) => `10.0.0.${n}: { pg_seq: ${n}, pg_role: ${n === 1 ? 'primary' : 'replica'} }`).join(', ')} }, vars: { pg_cluster: pg } }`;
  const compiled = compile(text, 'pigsty.yml', 'pigsty');
  const warned = compiled.diagnostics.filter(({ code }) => code === 'pgsql/host-without-failover');
  expect(warned).toHaveLength(unprotected.length);
  const promise = compiled.ok && compiled.value.plan.promises.find(({ kind }) => kind === 'recovery');
  expect(promise).toMatchObject({ unprotected });
  const hasHostLoss = JSON.stringify(promise).includes('host or network of the primary lost');
  expect(hasHostLoss).toBe(hasOther);
});

it('a cluster of one member has no failover', () => {
  const text = `all:
  children:
    etcd: { hosts: { 10.0.0.1: { etcd_seq: 1 } } }
    pg: { hosts: { 10.0.0.1: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg } }`;
  const compiled = compile(text, 'pigsty.yml', 'pigsty');
  expect(compiled.diagnostics.map(({ code }) => code)).not.toContain('pgsql/host-without-failover');
  expect(compiled.ok && compiled.value.plan.promises.map(({ kind }) => kind)).toEqual(['firewall', 'quorum']);
});
