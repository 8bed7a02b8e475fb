import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { removeTree } from './process.ts';

/** A page of a real browser, and what it did that nobody should have to see. */
export type Visit = {
  readonly page: Page;
  /** Errors and warnings of the browser's console, and exceptions. */
  readonly complaints: string[];
  /** Addresses of all requests. */
  readonly requests: string[];
};

const CHROMIUM = '/usr/bin/chromium';

/** Chromium without a window. `close` removes its profile. */
export async function startBrowser(): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'pigsty-browser-'));
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars'];
  const env = { ...process.env, HOME: profile };
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, userDataDir: profile, args, env });
  const close = async () => {
    await browser.close();
    removeTree(profile);
  };
  return { browser, close };
}

/** A new page of `width` by `height` CSS pixels at an address. */
export async function visit(
  browser: Browser,
  address: string,
  { width, height } = { width: 1440, height: 900 },
): Promise<Visit> {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address);
  return { page, complaints, requests };
}

/** Keeps a picture of the whole page, for people, in the directory of PIGSTY_TEST_PICTURES. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.PIGSTY_TEST_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png`, fullPage: true });
}
