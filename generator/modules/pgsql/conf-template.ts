import type { PgsqlSettings } from './settings.ts';

/** The tuning template, `pg_conf` (pigsty.md section 4). */
export type Template = 'oltp' | 'olap' | 'crit' | 'tiny';

/** `oltp.yml` -> `oltp`; the user's own template is tuned like oltp. */
export function templateOf(settings: PgsqlSettings): Template {
  const name = settings.pg_conf.replace(/\.yml$/, '');
  return name === 'olap' || name === 'crit' || name === 'tiny' ? name : 'oltp';
}
