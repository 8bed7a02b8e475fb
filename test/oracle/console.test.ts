import type { Browser, Page as BrowserPage } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PAGES } from '../support/all-pages.ts';
import { keepPicture, startBrowser, type Visit, visit } from '../support/browser.ts';
import { type ConsoleSite, startConsoleSite } from '../support/console-site.ts';
import { skipReason } from '../support/requirements.ts';
import { SAMPLES } from '../support/sample-metrics.ts';

const reason = skipReason('chromium', 'prometheus', 'promtool', 'prometheus-alertmanager');

const JOURNAL = ['checkpoint complete', 'could not connect to server']
  .map((MESSAGE, index) => ({
    MESSAGE,
    PRIORITY: String(6 - 3 * index),
    INS: 'pg-test-1',
    CLS: 'pg-test',
    _SYSTEMD_UNIT: 'patroni.service',
    __REALTIME_TIMESTAMP: String((SAMPLES.to - 60 * index) * 1e6),
  }))
  .map((entry) => JSON.stringify(entry))
  .join('\n');

/** What a page shows: the state of each panel, and which are empty. */
type PanelState = { readonly title: string; readonly state: string; readonly empty: boolean; readonly error: string };

let site: ConsoleSite;
let browser: Browser;
let closeBrowser: () => Promise<void>;

function addressOf(page: string, variables = ''): string {
  return `${site.address}#/${page}?${site.time}&refresh=0${variables}`;
}

/** Opens all sections and scrolls through the page, as a reader does; resolves when nothing is waiting any more. */
async function readWhole(page: BrowserPage): Promise<readonly PanelState[]> {
  await page.waitForSelector('.panel[data-state=shown]');
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => one.setAttribute('open', '')));
  for (const panel of await page.$$('.panel')) {
    await panel.scrollIntoView();
    await page.waitForFunction((one) => (one as HTMLElement).dataset.state !== 'waiting', {}, panel);
  }
  return page.$$eval('.panel', (panels) =>
    panels.map((panel) => ({
      title: panel.getAttribute('aria-label') ?? '',
      state: panel.getAttribute('data-state') ?? '',
      empty: panel.querySelector('[data-empty=true]') !== null,
      error: panel.querySelector('.panel-error')?.textContent ?? '',
    })),
  );
}

async function open(page: string, variables?: string): Promise<Visit> {
  return visit(browser, addressOf(page, variables));
}

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

  it.each(ALL_PAGES.map(({ id }) => id))('%s has data in each panel and does nothing else', async (id) => {
    const { page, complaints, requests } = await open(id);
    const panels = await readWhole(page);
    expect(panels.filter(({ state }) => state !== 'shown')).toEqual([]);
    expect(panels.filter(({ empty }) => empty).map(({ title }) => title)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(requests.filter((one) => !one.startsWith(new URL(site.address).origin) && !one.startsWith('data:'))).toEqual([]);
    await page.evaluate(() => scrollTo(0, 0));
    await keepPicture(page, id);
    await page.close();
  });
});
