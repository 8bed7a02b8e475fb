import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Cluster } from './support/cluster.ts';
import { smallDisk } from './support/disk.ts';
import { Duty } from './support/duty.ts';
import { type Fault, faultsOf, IMPATIENT, lastFaultsOf, sql } from './support/faults.ts';
import { patchBundle } from './support/patched-bundle.ts';
import { Portal } from './support/portal.ts';

/* Four bare machines, two of which watch all: what is wrong rings, once, and stops ringing when it is right again. */
const reason = labSkipReason();
const ADDRESSES = ['10.10.10.10', '10.10.10.11', '10.10.10.12', '10.10.10.13'] as const;
const DAY = 86_400_000;

/** What an apply says when it restarts what watches. */
const WATCHING = /restarted (?:prometheus|alertmanager|nginx|dnsmasq|blackbox_exporter)/;
const MARKS = [1, 2, 3].map((n) => `while-away-${n}`);
const VARIABLES = { cls: 'pg-test', ins: '', ip: '10.10.10.11' };
const ONES = ['pg-test-1', 'pg-test-2'].map((ins) => ({ ...VARIABLES, ins }));

/**
 * What this site has not: yesterday; a VACUUM, CREATE INDEX, CLUSTER or base backup that takes long; logical replication;
 * keepalived; chronyd, which no container starts; failed messages; more than fits into SLRU buffers; servers of others.
 */
const NEEDS_MORE =
  /offset 1d|pg_(vacuuming|indexing|clustering|backup)_|pg_(pub|sub)rel|keepalived_|chrony_|notifications_failed|pg_slru_|pgrds/;

describe.skipIf(reason)(`a site that watches itself ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let duty: Duty;
  let portals: readonly Portal[];
  let silent: ReadonlySet<string>;
  const node = (ip: string) => cluster.node(ip);
  const [first, second] = [() => portals[0] as Portal, () => portals[1] as Portal];

  beforeAll(async () => {
    // The certificates of a site that nobody has built for two years.
    vi.stubEnv('SOURCE_DATE_EPOCH', String(Math.floor((Date.now() - 710 * DAY) / 1000)));
    const inventory = join(import.meta.dirname, 'support', 'watched.yml');
    cluster = await Cluster.create(inventory, { addresses: ADDRESSES, data: smallDisk });
    vi.unstubAllEnvs();
    const ca = join(cluster.workshop.directory, 'watched.pki', 'ca.crt');
    portals = ['10.10.10.10', '10.10.10.13'].map((ip) => new Portal(node(ip), cluster.client, ca));
    duty = new Duty(cluster.client, cluster.workshop.directory, 9095);
  });
  afterAll(async () => {
    await duty?.stop();
    await cluster?.destroy();
  });

  it('has every target up within a minute, on both infra hosts', async () => {
    const start = Date.now();
    await cluster.applyAll();
    const down = async () => (await Promise.all(portals.map((portal) => portal.targetsDown()))).flat();
    await expect.poll(down, { timeout: 60_000, interval: 500 }).toEqual([]);
    console.log(`all targets up after ${Date.now() - start} ms`);
    await cluster.waitUntilWhole(cluster.nodes.slice(1));
  });

  it('has clients', async () => {
    const pgbench = '/usr/local/bin/pgbench -h 10.10.10.11 -U test';
    const always = '-p Restart=always -p RestartSec=2 -p StartLimitIntervalSec=0 -E PGPASSWORD=DBUser.Test';
    const load = (name: string, flags: string) =>
      `systemd-run -q --uid=postgres --unit=load-${name} ${always} ${pgbench} ${flags} -nc 1 -R 10 -T 3600 test`;
    await node('10.10.10.10').sh(`PGPASSWORD=DBUser.Test ${pgbench} -p 5436 -iqs 1 test
      ${load('writes', '-p 5433')}
      ${load('reads', '-p 5434 -S')}`);
    // It has a sequence, and tables that are vacuumed at once.
    await sql(node('10.10.10.11'), 'create table counted (n serial); vacuum analyze', 'test');
  });

  it('reloads changed rules', async () => {
    const infra = node(ADDRESSES[0]);
    const started = () => infra.sh('systemctl show -p ExecMainStartTimestamp prometheus');
    const before = await started();
    const bundle = await cluster.workshop.unpack(infra.ip);
    await patchBundle(bundle, IMPATIENT, { reloads: ['prometheus.service'] });
    await infra.push(bundle, '/root/bundle');
    const { code, stderr } = await infra.exec(['/root/bundle/pigsty-agent', 'apply']);
    expect(code, stderr).toBe(0);
    expect(await started()).toBe(before);
  });

  it('rings for each fault with its labels', async () => {
    const faults = faultsOf(cluster);
    await ring(faults, async () => {
      for (const mark of MARKS) await writeLine(node('10.10.10.11'), mark);
    });
  });

  it('answers the queries of its pages that ask for what is wrong', async () => {
    silent = new Set(await first().unanswered(VARIABLES, ONES));
  });

  it('rings no more when it is over', async () => {
    await recover(faultsOf(cluster));
  });

  it('answers all other queries of its pages under load', async () => {
    const left = (await first().unanswered(VARIABLES, ONES)).filter((query) => silent.has(query));
    expect(left.filter((query) => !NEEDS_MORE.test(query))).toEqual([]);
  });

  it('has the lines that were written while an infra host was away', async () => {
    const fields = { INS: 'pg-test-1', SYSLOG_IDENTIFIER: 'postgres' };
    const text = async () => (await second().lines(fields, 3000)).join('\n');
    for (const mark of MARKS) await expect.poll(text, { timeout: 60_000, interval: 1000 }).toContain(mark);
  });

  /** A line in PostgreSQL's log. */
  async function writeLine(member: LabNode, text: string): Promise<void> {
    await sql(member, `do $$ begin raise log '${text}'; end $$`);
  }

  if (process.env.PIGSTY_TEST_LONG)
    it('rings for what stops a failover, and for a password', async () => {
      await ring(lastFaultsOf(cluster));
      await recover(lastFaultsOf(cluster));
    });

  async function ring(faults: readonly Fault[], then = () => Promise.resolve()): Promise<void> {
    const since = Date.now();
    for (const { cause } of faults) await cause();
    await then();
    const missing = () =>
      faults.flatMap(({ alerts }) => alerts.filter((alert) => !hasRung(alert)).map(nameOf));
    await expect.poll(missing, { timeout: 300_000, interval: 1000 }).toEqual([]);
    console.log(`${faults.flatMap(({ alerts }) => alerts).length} alerts after ${Date.now() - since} ms`);
  }

  async function recover(faults: readonly Fault[]): Promise<void> {
    const since = Date.now();
    const cured = await Promise.allSettled(faults.map(({ cure }) => cure()));
    expect(cured.filter(({ status }) => status === 'rejected')).toEqual([]);
    // An alert whose rule has changed ends minutes later, by itself.
    const patched = ['PostgresBackupTooOld', 'PostgresLongTransaction'];
    const left = () =>
      faults.flatMap(({ alerts }) =>
        alerts.filter((alert) => isRinging(alert) && !patched.includes(alert[0])).map(nameOf),
      );
    await expect.poll(left, { timeout: 300_000, interval: 1000 }).toEqual([]);
    console.log(`all resolved after ${Date.now() - since} ms`);
  }

  const nameOf = (alert: Fault['alerts'][number]) => JSON.stringify(alert);

  function hasRung([name, labels]: Fault['alerts'][number]): boolean {
    return duty.about(name, labels).some(({ status }) => status === 'firing');
  }

  function isRinging([name, labels]: Fault['alerts'][number]): boolean {
    return duty.about(name, labels).at(-1)?.status === 'firing';
  }

  it('says that a noisy client was cut short', async () => {
    await sql(
      node('10.10.10.11'),
      "do $$ begin for n in 1..120000 loop raise log 'noise %', n; end loop; end $$",
    );
    // systemd's catalog: messages of a service were suppressed.
    const fields = { _HOSTNAME: 'h11', MESSAGE_ID: 'a596d6fe7bfa4994828e72309e95d61e' };
    const said = async () => (await second().lines(fields)).join('\n');
    await expect
      .poll(said, { timeout: 60_000, interval: 1000 })
      .toMatch(/Suppressed \d+ messages from pgsql-journal/);
  });

  it('follows a member that comes and goes; nothing restarts', async () => {
    const infra = [node('10.10.10.10'), node('10.10.10.13')];
    const targets = async () =>
      (await Promise.all(portals.map((portal) => portal.targets()))).map(
        (all) => all.filter(({ labels }) => labels.ins === 'pg-test-4').length,
      );
    const applied = async () => {
      await cluster.shipAll(infra);
      return (await Promise.all(infra.map((one) => cluster.apply(one)))).join('');
    };
    const last = '        10.10.10.13: { pg_seq: 3, pg_role: replica }\n';
    const line = '        10.10.10.14: { pg_seq: 4, pg_role: replica }\n';
    cluster.workshop.edit((text) => text.replace(last, last + line));
    expect(await applied()).not.toMatch(WATCHING);
    await expect.poll(targets, { timeout: 20_000, interval: 500 }).toEqual([8, 8]);
    cluster.workshop.edit((text) => text.replace(line, ''));
    expect(await applied()).not.toMatch(WATCHING);
    await expect.poll(targets, { timeout: 20_000, interval: 500 }).toEqual([0, 0]);
  });

  it('has said everything once', () => {
    const said = new Map<string, string>();
    const twice: string[] = [];
    for (const { from, status, labels } of duty.notices()) {
      const key = JSON.stringify(labels);
      if (said.get(key) === status) twice.push(`${from} ${status} ${key}`);
      said.set(key, status);
    }
    expect(twice).toEqual([]);
  });
});
