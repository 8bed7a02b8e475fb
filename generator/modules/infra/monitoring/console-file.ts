import type { ConsoleSettings, Page } from '../../../model/dashboard.ts';

/** The paths of the portal below which the console finds its servers. */
const PATHS = {
  prometheus: '/prometheus',
  alertmanager: '/alertmanager',
  journal: '/journal',
  runbooks: '/alerts',
  portal: '/portal/',
} as const;

/** The file `pages.json` of the console: the pages in the order of the navigation, and where the servers are. */
export function consoleFile(site: string, pages: readonly Page[]): string {
  const ordered = pages.toSorted((one, other) => one.order - other.order);
  const settings: Omit<ConsoleSettings, 'pages'> = { site, ...PATHS };
  return `${JSON.stringify(settings).slice(0, -1)},"pages":[${ordered.map(pageText).join(',')}]}\n`;
}

/** Pages are constants of modules: written once, also where a site is planned a thousand times (`pigsty explain`). */
const known = new WeakMap<Page, string>();

function pageText(page: Page): string {
  const text = known.get(page) ?? JSON.stringify(page);
  known.set(page, text);
  return text;
}
