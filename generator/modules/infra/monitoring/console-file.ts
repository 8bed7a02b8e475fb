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
  const settings: ConsoleSettings = { site, ...PATHS, pages: ordered };
  return `${JSON.stringify(settings)}\n`;
}
