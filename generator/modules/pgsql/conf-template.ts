import type { PgsqlSettings } from './settings.ts';

/** The tuning template, `pg_conf` (pigsty.md section 4). */
export type Template = 'oltp' | 'olap' | 'crit' | 'tiny';

/** Also without the ending. */
export const TEMPLATES = {
  'oltp.yml': 'oltp',
  'olap.yml': 'olap',
  'crit.yml': 'crit',
  'tiny.yml': 'tiny',
  oltp: 'oltp',
  olap: 'olap',
  crit: 'crit',
  tiny: 'tiny',
} as const satisfies Readonly<Record<string, Template>>;

/** `oltp.yml` -> `oltp` */
export function templateOf({ pg_conf }: PgsqlSettings): Template {
  return TEMPLATES[pg_conf];
}
