import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleSettings } from '../../generator/model/dashboard.ts';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { expressionsOf } from '../support/page-metrics.ts';
import { Cluster } from './support/cluster.ts';
import { Portal } from './support/portal.ts';

/* Blueprint demo on one bare machine: it is watched from its bundle alone. */
const reason = labSkipReason();
const ADDRESS = '10.10.10.10';

describe.skipIf(reason)(`blueprint demo ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let node: LabNode;
  let portal: Portal;
  let settings: ConsoleSettings;

  beforeAll(async () => {
    cluster = await Cluster.create('demo', { addresses: [ADDRESS] });
    node = cluster.node(ADDRESS);
    portal = new Portal(node, cluster.client, join(cluster.workshop.directory, 'demo.pki', 'ca.crt'));
  });
  afterAll(() => cluster?.destroy());

  it('has every target up within a minute', async () => {
    const start = Date.now();
    await cluster.apply(node);
    const applied = Date.now() - start;
    await expect.poll(() => portal.targetsDown(), { timeout: 60_000, interval: 500 }).toEqual([]);
    console.log(`applied after ${applied} ms, all targets up after ${Date.now() - start} ms`);
  });

  it('answers every query of its pages', async () => {
    settings = JSON.parse((await portal.ask('/pages.json')).body);
    await node.sh('runuser -u postgres -- /usr/local/bin/pgbench -h /run/postgresql -iqs 1 meta');
    await node.sh(
      'nohup runuser -u postgres -- /usr/local/bin/pgbench -h /run/postgresql -nc 2 -R 20 -T 600 meta >/dev/null 2>&1 &',
    );
    await delay(60_000);
    const empty: string[] = [];
    for (const page of settings.pages) {
      const values = { cls: page.id === 'etcd' ? 'etcd' : 'pg-meta', ins: '', ip: ADDRESS };
      for (const expression of expressionsOf(page)) {
        const one = expression.includes('ins="$ins"') ? { ...values, ins: 'pg-meta-1' } : values;
        if ((await portal.query(expression, one)).length === 0) empty.push(`${page.id}: ${expression}`);
      }
    }
    console.log(empty.join('\n'));
    console.log((await portal.alerts()).map((a) => JSON.stringify(a)).join('\n'));
    const { existsSync } = await import('node:fs');
    for (let i = 0; i < 1700 && !existsSync('/tmp/demo/stop'); i += 1) await delay(2000);
  }, 3_600_000);
});
