import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';

/** How long tests wait for what a page shows. */
export const PATIENT = { timeout: 20_000, interval: 50 };

/** What a page shows: the state of each panel, and which are empty. */
type PanelState = {
  readonly title: string;
  readonly state: string;
  readonly empty: boolean;
  readonly error: string;
};

/** Opens all sections and scrolls through the page, as a reader does; resolves when nothing is waiting any more. */
export async function readWhole(page: Page): Promise<readonly PanelState[]> {
  await page.waitForSelector('.panel[data-state=shown]');
  await page.$$eval('details', (all) => {
    for (const one of all) one.setAttribute('open', '');
  });
  for (const panel of await page.$$('.panel')) {
    await panel.scrollIntoView();
    await expect
      .poll(() => panel.evaluate((one) => one.getAttribute('data-state')), PATIENT)
      .not.toBe('waiting');
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

/** The text of the first element that a selector finds. */
export function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (one) => one.textContent ?? '');
}

/** The texts of all elements that a selector finds. */
export function textsOf(page: Page, selector: string): Promise<readonly string[]> {
  return page.$$eval(selector, (all) => all.map((one) => one.textContent ?? ''));
}

/** The titles of columns in which no row has anything. */
export function emptyColumns(page: Page): Promise<readonly string[]> {
  return page.$$eval('table', (tables) =>
    tables.flatMap((table) => {
      const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')]);
      const heads = [...table.querySelectorAll('th')].map((head) => head.textContent ?? '');
      return heads.filter((_, index) =>
        rows.every((row) => ['', '–'].includes(row[index]?.textContent ?? '')),
      );
    }),
  );
}

/** A part of the address of a page, such as the variable `var-cls`. */
export function variable(page: Page, name: string): string | null {
  return new URL(page.url().replace('#/', '')).searchParams.get(name);
}
