import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleSettings } from '../../generator/model/dashboard.ts';
import { keepPicture } from '../support/browser.ts';
import { readWhole, textOf, textsOf } from '../support/console-page.ts';
import { labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { skipReason } from '../support/requirements.ts';
import { Cluster } from './support/cluster.ts';
import { markedLines } from './support/marked-lines.ts';
import { openPorts } from './support/open-ports.ts';
import { Portal } from './support/portal.ts';

/* Blueprint demo on one bare machine: it is watched from its bundle alone. */
const reason = labSkipReason() ?? skipReason('chromium', 'curl');
const ADDRESS = '10.10.10.10';

describe.skipIf(reason)(`blueprint demo ${reason ?? ''}`, () => {
  let cluster: Cluster;
  let node: LabNode;
  let portal: Portal;
  let browser: Browser;
  let closeBrowser: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const edit = (text: string) => text.replace('admin_ip: ', 'node_firewall_mode: plan\n    admin_ip: ');
    cluster = await Cluster.create('demo', { addresses: [ADDRESS], edit });
    node = cluster.node(ADDRESS);
    portal = new Portal(node, cluster.client, join(cluster.workshop.directory, 'demo.pki', 'ca.crt'));
  });
  afterAll(async () => {
    await closeBrowser?.();
    await cluster?.destroy();
  });

  it('has every target up within a minute', async () => {
    const start = Date.now();
    await cluster.apply(node);
    await expect.poll(() => portal.targetsDown(), { timeout: 60_000, interval: 500 }).toEqual([]);
    console.log(`all ${(await portal.targets()).length} targets up after ${Date.now() - start} ms`);
  });

  it('changes nothing when it is applied again, and is as built', async () => {
    expect(await cluster.apply(node)).toContain('nothing to do');
    await node.sh('systemctl start pigsty-metrics');
    const metrics = await node.sh('cat /run/pigsty-metrics/pigsty.prom');
    expect(metrics).toMatch(/^pigsty_agent_drift 0$/m);
    expect(metrics).toMatch(/^pigsty_agent_good 1$/m);
    expect(metrics).toMatch(/^pigsty_agent_failed_units 0$/m);
  });

  it.each(['h.pigsty', 'p.pigsty', 'a.pigsty'])('answers over HTTPS as %s', async (name) => {
    expect((await portal.ask('/', { name })).status).toBeLessThan(400);
    expect((await portal.ask('/', { name, isAnonymous: true })).status).toBe(401);
    expect((await portal.ask('/', { name, scheme: 'http' })).status).toBe(301);
  });

  it('knows its names', async () => {
    const names = ['h.pigsty', 'pg-meta-1', 'pg-meta'];
    const script = `const { Resolver } = require('dns').promises; const r = new Resolver(); r.setServers(['${ADDRESS}']);
      Promise.all(${JSON.stringify(names)}.map((name) => r.resolve4(name))).then((all) => console.log(all.flat().join(' ')))`;
    const { stdout, stderr } = await cluster.client.exec([process.execPath, '-e', script]);
    expect(stdout.trim(), stderr).toBe(names.map(() => ADDRESS).join(' '));
  });

  it('has lines of each program on the portal within 10 s', async () => {
    const marked = await markedLines(node, { cls: 'pg-meta', ins: 'pg-meta-1' });
    for (const { fields, text } of marked)
      await expect
        .poll(async () => (await portal.lines(fields)).some((line) => line.includes(text)), {
          timeout: 10_000,
          interval: 200,
          message: JSON.stringify(fields),
        })
        .toBe(true);
  });

  // Pictures for people show some minutes of work.
  if (process.env.PIGSTY_TEST_PICTURES)
    it('works for pictures', async () => {
      const pgbench = '/usr/local/bin/pgbench -h 10.10.10.10 -U dbuser_meta';
      const load = `${pgbench} -p 5433 -nc 4 -R 150 -T 3600 meta`;
      await node.sh(`PGPASSWORD=DBUser.Meta ${pgbench} -p 5436 -iqs 5 meta
        systemd-run -q --uid=postgres -E PGPASSWORD=DBUser.Meta ${load}`);
      await delay(6 * 60_000);
    });

  it('shows each page with data, without an error, and asks nobody but the portal', async () => {
    const settings: ConsoleSettings = JSON.parse((await portal.ask('/pages.json')).body);
    const started = await portal.browser();
    browser = started.browser;
    closeBrowser = started.close;
    for (const { id } of settings.pages) {
      const { page, complaints, requests } = await portal.visit(
        browser,
        `/#/${id}?var-cls=pg-meta&from=now-15m&to=now&refresh=5`,
      );
      // A rate needs two scrapes.
      const shown = async () => {
        const panels = await readWhole(page);
        expect(panels.filter(({ state }) => state !== 'shown')).toEqual([]);
        return panels.filter(({ empty }) => !empty).length / panels.length;
      };
      await expect.poll(shown, { timeout: 90_000, interval: 2000, message: id }).toBeGreaterThan(0.2);
      await page.evaluate('scrollTo(0, 0)');
      // Two of them are in README.md: `npm run pictures`.
      await keepPicture(page, id, false);
      expect(
        requests.filter((one) => !one.startsWith('https://h.pigsty/') && !one.startsWith('data:')),
      ).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  it('shows the cluster green', async () => {
    const { page } = await portal.visit(browser, '/#/overview');
    await page.waitForSelector('td a');
    expect(await textsOf(page, 'td a')).toContain('pg-meta');
    expect(await textOf(page, 'h1')).toBe('Overview');
    await page.close();
  });

  it('opens only what the plan opens', async () => {
    // DNS, the portal, and what default rules let in from private networks: PostgreSQL, pgbouncer, services.
    expect(await openPorts(cluster.client, node)).toEqual([53, 80, 443, 5432, 5433, 5434, 5436, 5438, 6432]);
  });

  it('shows metrics and the interfaces of its programs to nobody', async () => {
    const ports = [9090, 9091, 9093, 9100, 9113, 9115, 9630, 9631, 9854];
    for (const port of ports) {
      // From the host itself, which the packet filter lets through.
      const asked = await node.exec(['curl', '-sSkm', '5', `https://${ADDRESS}:${port}/metrics`]);
      expect(asked.code, `${port}: ${asked.stdout.slice(0, 200)}`).not.toBe(0);
    }
  });

  it('has no secret in arguments, in metrics, or in the files of the console', async () => {
    const passwords = ['DBUser.Monitor', 'DBUser.DBA', 'DBUser.Meta', 'Patroni.API', await portal.password()];
    const seen = await node.sh(
      'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; find /etc/pigsty/current/www/ -type f -exec cat {} +',
    );
    const series = await portal.ask('/prometheus/api/v1/series?match[]={job=~".%2B"}');
    const config = await portal.ask('/prometheus/api/v1/status/config');
    for (const password of passwords) {
      for (const text of [seen, series.body, config.body]) expect(text).not.toContain(password);
    }
  });

  it('exposes each of its units to little', async () => {
    const table = await node.sh('systemd-analyze security --no-pager --json=short');
    const rows: readonly { readonly unit: string; readonly exposure: string }[] = JSON.parse(table);
    const units = (await node.sh('cd /etc/pigsty/current/units && ls *.service')).trim().split('\n');
    const exposed = rows.filter(({ unit, exposure }) => units.includes(unit) && Number(exposure) > 3);
    expect(exposed.map(({ unit, exposure }) => `${unit} ${exposure}`)).toEqual([]);
  });
});
