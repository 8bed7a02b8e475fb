import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { substitute } from '../../generator/console/expression.ts';
import { Load } from '../../generator/console/load.ts';
import { Prometheus, Refused } from '../../generator/console/prometheus.ts';
import { queriesOf } from '../../generator/text/page-queries.ts';
import { ALL_PAGES } from '../support/all-pages.ts';
import { keepPicture, startBrowser, type Visit, visit } from '../support/browser.ts';
import { emptyColumns, PATIENT, readWhole, textOf, textsOf, variable } from '../support/console-page.ts';
import { type ConsoleSite, startConsoleSite } from '../support/console-site.ts';
import { largeSite } from '../support/large-site.ts';
import { skipReason } from '../support/requirements.ts';
import { SAMPLES } from '../support/sample-metrics.ts';
import { HOSTILE } from '../support/sample-series.ts';

const reason = skipReason('chromium', 'prometheus', 'promtool', 'prometheus-alertmanager');

const JOURNAL = ['checkpoint complete', 'could not connect to server']
  .map((MESSAGE, index) => ({
    MESSAGE,
    PRIORITY: String(6 - 3 * index),
    INS: 'pg-test-1',
    CLS: 'pg-test',
    _SYSTEMD_UNIT: 'pgsql-journal.service',
    SYSLOG_IDENTIFIER: 'postgres',
    __REALTIME_TIMESTAMP: String((SAMPLES.to - 60 * index) * 1e6),
  }))
  .map((entry) => JSON.stringify(entry))
  .join('\n');

let site: ConsoleSite;
let browser: Browser;
let closeBrowser: () => Promise<void>;

function addressOf(page: string, variables = ''): string {
  return `${site.address}#/${page}?${site.time}&refresh=0${variables}`;
}

/** Needs samples of yesterday; needs a receiver that fails. */
const WITHOUT_ANSWER = /offset 1d|notifications_failed/;

async function open(page: string, variables?: string, size?: Size): Promise<Visit> {
  const visited = await visit(browser, addressOf(page, variables), size && { size });
  await visited.page.waitForSelector('.panel[data-state=shown]');
  return visited;
}

const PHONE = { width: 360, height: 740 };

type Size = { readonly width: number; readonly height: number };

describe.skipIf(reason)(`console in Chromium ${reason ?? ''}`, () => {
  beforeAll(async () => {
    site = await startConsoleSite(ALL_PAGES, JOURNAL);
    const started = await startBrowser();
    browser = started.browser;
    closeBrowser = started.close;
  });

  afterAll(async () => {
    await closeBrowser?.();
    await site?.stop();
  });

  it.each(ALL_PAGES.map(({ id }) => id))(
    '%s has data everywhere, fits on a phone, and does nothing else',
    async (id) => {
      const { page, complaints, requests } = await open(id, '&var-cls=pg-test');
      const panels = await readWhole(page);
      expect(panels.filter(({ state }) => state !== 'shown')).toEqual([]);
      expect(panels.filter(({ empty }) => empty).map(({ title }) => title)).toEqual([]);
      expect(await emptyColumns(page)).toEqual([]);
      await page.evaluate('scrollTo(0, 0)');
      await keepPicture(page, id);
      await page.setViewport(PHONE);
      await expect.poll(() => page.$eval('html', (one) => one.scrollWidth), PATIENT).toBe(PHONE.width);
      await keepPicture(page, `${id}-phone`);
      const { origin } = new URL(site.address);
      expect(requests.filter((one) => !one.startsWith(origin) && !one.startsWith('data:'))).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it.each(ALL_PAGES.map((page) => [page.id, page] as const))(
    '%s asks nothing that has no answer',
    async (_, page) => {
      const { origin } = new URL(site.address);
      const values = { cls: page.id === 'etcd' ? 'etcd' : 'pg-test', ins: '', ip: '10.10.10.11' };
      const empty: string[] = [];
      for (const expression of queriesOf(page).filter((one) => !WITHOUT_ANSWER.test(one))) {
        const one = expression.includes('ins="$ins"') ? { ...values, ins: 'pg-test-1' } : values;
        const body = new URLSearchParams({ query: substitute(expression, one), time: String(SAMPLES.to) });
        const answer = await fetch(`${origin}/prometheus/api/v1/query`, { method: 'POST', body });
        const text = await answer.text();
        if (!text.includes('"metric"')) empty.push(`${expression}: ${text}`);
      }
      expect(empty).toEqual([]);
    },
  );

  it('goes from the site to a cluster, an instance and its node by clicks', async () => {
    const { page } = await open('overview');
    await page.waitForSelector('td a');
    await page.locator('td a ::-p-text(pg-test-2)').click();
    await expect.poll(() => textOf(page, 'h1'), PATIENT).toBe('Instance');
    expect(variable(page, 'var-ins')).toBe('pg-test-2');
    expect(variable(page, 'from')).toBe(String(SAMPLES.from));
    await page.locator('.stat a ::-p-text(10.10.10.12)').click();
    await expect.poll(() => textOf(page, 'h1'), PATIENT).toBe('Node');
    await expect.poll(() => variable(page, 'var-ip'), PATIENT).toBe('10.10.10.12');
    await page.goBack();
    await expect.poll(() => textOf(page, 'h1'), PATIENT).toBe('Instance');
    await page.close();
  });

  it('follows a variable, and one that depends on it', async () => {
    const { page } = await open('pgsql-instance', '&var-cls=pg-meta');
    await expect.poll(() => variable(page, 'var-ins'), PATIENT).toBe('pg-meta-1');
    await page.select('select[name=cls]', 'pg-test');
    await expect.poll(() => variable(page, 'var-ins'), PATIENT).toBe('pg-test-1');
    expect(await textsOf(page, 'select[name=ins] option')).toEqual(['pg-test-1', 'pg-test-2', 'pg-test-3']);
    await page.close();
  });

  it('sorts and searches tables', async () => {
    const { page } = await open('proxy');
    const column = 'tbody tr td:nth-child(5)';
    await page.waitForSelector(column);
    await page.locator('th button ::-p-text(Sessions)').click();
    const numbers = (await textsOf(page, column)).map(Number);
    expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
    expect(numbers[0]).toBeGreaterThan(numbers.at(-1) ?? 0);
    await page.type('.table-search', 'node-3 replica');
    await expect
      .poll(() => textsOf(page, 'tbody tr td:nth-child(3)'))
      .toEqual(['node-3', 'node-3', 'node-3']);
    await page.close();
  });

  it('zooms into the time that is selected in a chart', async () => {
    const { page } = await open('pgsql-cluster', '&var-cls=pg-test');
    const plot = await page.waitForSelector('.plot .u-over');
    await plot?.scrollIntoView();
    const box = await plot?.boundingBox();
    if (!box) throw new Error('no chart');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 50, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => Number(variable(page, 'from')), PATIENT).toBeGreaterThan(SAMPLES.from + 300);
    expect(Number(variable(page, 'to'))).toBeLessThan(SAMPLES.to - 300);
    await page.close();
  });

  it('is used by the keyboard', async () => {
    const { page } = await open('overview');
    await page.keyboard.press('t');
    const theme = () => page.$eval('html', (one) => one.getAttribute('data-theme'));
    expect(await theme()).toBe('dark');
    await keepPicture(page, 'overview-dark');
    await page.keyboard.press('?');
    expect(await textOf(page, 'dialog[open] h2')).toBe('Keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('4');
    await expect.poll(() => variable(page, 'from')).toBe('now-12h');
    await page.keyboard.press('/');
    await page.keyboard.type('replication');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page, 'h1'), PATIENT).toBe('Replication');
    await page.keyboard.press('t');
    expect(await theme()).toBe('light');
    await page.close();
  });

  it('goes to a node by letters of its name', async () => {
    const { page } = await open('overview');
    await page.keyboard.press('/');
    await page.keyboard.type('node-3');
    await page.waitForSelector('.palette [aria-selected=true] ::-p-text(10.10.10.13)');
    await page.keyboard.press('Enter');
    await expect.poll(() => variable(page, 'var-ip'), PATIENT).toBe('10.10.10.13');
    expect(await textOf(page, 'h1')).toBe('Node');
    await page.close();
  });

  it('opens the pages on a phone by the menu', async () => {
    const { page } = await open('overview', '', PHONE);
    await page.locator('.menu').click();
    await page.locator('.sidebar a ::-p-text(Sessions and locks)').click();
    await expect.poll(() => textOf(page, 'h1'), PATIENT).toBe('Sessions and locks');
    expect(await page.$('.menu-open')).toBeNull();
    await page.close();
  });

  it('says that Prometheus is away, keeps what it shows, and comes back by itself', async () => {
    const { page } = await open('pgsql-cluster', '&var-cls=pg-test');
    const members = await textsOf(page, 'tbody tr td:first-child');
    site.setPrometheus(false);
    try {
      await page.keyboard.press('r');
      await page.waitForSelector('.banner:not([hidden])');
      expect(await textOf(page, '.banner')).toContain('Prometheus cannot be reached: HTTP 502');
      expect(await textsOf(page, 'tbody tr td:first-child')).toEqual(members);
      await keepPicture(page, 'prometheus-away');
      const second = await visit(browser, addressOf('pgsql-cluster'));
      await second.page.waitForSelector('.banner:not([hidden])');
      expect(await textOf(second.page, '.banner')).toContain('There are no values yet');
      await second.page.close();
    } finally {
      site.setPrometheus(true);
    }
    await page.waitForSelector('.banner', { hidden: true, timeout: 30_000 });
    await page.close();
  });

  it('shows and follows a name that is HTML, PromQL and a regular expression', async () => {
    const { page, complaints } = await open('pgsql-table', '&var-cls=pg-test');
    const names = () => textsOf(page, '.panel[aria-label=Tables] tbody td:first-child');
    await expect.poll(names, PATIENT).toContain(HOSTILE);
    await page.$$eval(
      'td a',
      (all, name) => {
        for (const one of all) if (one.textContent === name) one.setAttribute('id', 'hostile');
      },
      HOSTILE,
    );
    await page.locator('#hostile').click();
    await expect.poll(names, PATIENT).toEqual([HOSTILE]);
    expect(variable(page, 'var-relname')).toBe(HOSTILE);
    expect(await page.$('td b')).toBeNull();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows a site of 1,000 instances with few requests and rows', async () => {
    const large = await startConsoleSite(ALL_PAGES, '', largeSite(334));
    try {
      const { page, requests, complaints } = await visit(browser, `${large.address}#/overview?${large.time}`);
      await readWhole(page);
      const instances = '.panel[aria-label=Instances]';
      expect(await textsOf(page, `${instances} tbody tr`)).toHaveLength(100);
      await page.type(`${instances} .table-search`, 'pg-321-2');
      await expect.poll(() => textsOf(page, `${instances} tbody td:first-child`)).toEqual(['pg-321-2']);
      expect(await textOf(page, '.stat')).toBe('335');
      expect(requests.length).toBeLessThan(25);
      expect(complaints).toEqual([]);
      await page.close();
    } finally {
      await large.stop();
    }
  });

  it('shows alerts with the worst first, and what to do about them', async () => {
    const { page } = await open('alerts', '&var-cls=pg-test');
    await expect
      .poll(() => textsOf(page, '.alert-name'), PATIENT)
      .toEqual(['PostgresDown', 'PostgresReplicationLag']);
    const links = await page.$$eval('.alert a', (all) => all.map((one) => one.getAttribute('href') ?? ''));
    expect(links.slice(0, 4).map((link) => link.split('?')[0])).toEqual([
      '/alerts/PostgresDown',
      '#/pgsql-cluster',
      '#/pgsql-instance',
      '#/node-instance',
    ]);
    expect(links).toContain('https://wiki.example/lag');
    await page.select('select[name=cls]', 'pg-meta');
    await expect.poll(() => textsOf(page, '.alerts'), PATIENT).toEqual(['No alert is active.']);
    await page.close();
  });

  it('asks again by itself', async () => {
    const { page, requests } = await visit(browser, `${site.address}#/etcd?refresh=1`);
    const queries = () => requests.filter((one) => one.includes('/label/cls/values')).length;
    await expect.poll(queries, PATIENT).toBeGreaterThan(3);
    await page.close();
  });

  it('answers what can be answered of a batch, and each question once', async () => {
    const server = new Prometheus(`${new URL(site.address).origin}/prometheus`);
    const range = { from: SAMPLES.from, to: SAMPLES.to, step: 30 };
    const load = new Load(server, range, { cls: 'pg-test' }, AbortSignal.timeout(20_000));
    const asked = [
      'sum(pg_up)',
      'pg_up * on (cls) pg_up',
      'pg_up{cls="$cls"}',
      'pg_version{cls="$cls"}',
      'sum(up) > 99',
    ];
    const answers = await Promise.allSettled(asked.map((expression) => load.instant(expression)));
    const counts = answers.map((one) => (one.status === 'fulfilled' ? one.value.length : one.reason));
    expect(counts).toEqual([1, expect.any(Refused), 3, 3, 0]);
    expect(load.instant('sum(pg_up)')).toBe(load.instant('sum(pg_up)'));
  });

  it('finds lines of the journal by their text', async () => {
    const { page } = await open('logs', '&var-text=CONNECT');
    await expect.poll(() => textsOf(page, '.log-text'), PATIENT).toEqual(['could not connect to server']);
    await page.close();
  });
});
