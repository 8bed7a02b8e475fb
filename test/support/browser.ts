import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { quoteShell } from '../../generator/text/quote.ts';
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

export type BrowserOptions = {
  /** The command that runs a command in another network. */
  readonly within?: (command: readonly string[]) => readonly string[];
  /** More options of Chromium. */
  readonly flags?: readonly string[];
};

/** Chromium without a window. `close` removes its profile. */
export async function startBrowser({
  within = (command) => command,
  flags = [],
}: BrowserOptions = {}): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'pigsty-browser-'));
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars', ...flags];
  const env = { ...process.env, HOME: profile };
  const program = join(profile, 'chromium');
  writeFileSync(program, `#!/bin/sh\nexec ${within([CHROMIUM]).map(quoteShell).join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  const launched = { executablePath: program, userDataDir: join(profile, 'profile'), args, env };
  // By a pipe: the other network has its own loopback interface.
  const browser = await puppeteer.launch({ ...launched, pipe: true });
  const close = async () => {
    await browser.close();
    removeTree(profile);
  };
  return { browser, close };
}

export type VisitOptions = {
  /** In CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly login?: { readonly username: string; readonly password: string };
};

/** A new page at an address. */
export async function visit(
  browser: Browser,
  address: string,
  { size = { width: 1440, height: 900 }, login }: VisitOptions = {},
): Promise<Visit> {
  const page = await browser.newPage();
  await page.setViewport(size);
  if (login) await page.authenticate(login);
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

/** Keeps a picture of the page, for people, in the directory of PIGSTY_TEST_PICTURES: all of it, or what a window shows. */
export async function keepPicture(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env.PIGSTY_TEST_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png`, fullPage });
}
