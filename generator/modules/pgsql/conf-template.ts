import type { PgsqlSettings } from './settings.ts';

/** What a server is tuned for, `pg_conf` (pigsty.md section 4). */
export type Template = 'oltp' | 'olap' | 'crit' | 'tiny';

/** `oltp.yml` -> `oltp`; a template of the user's own is tuned like oltp. */
export function templateOf(settings: PgsqlSettings): Template {
  const name = settings.pg_conf.replace(/\.yml$/, '');
  return name === 'olap' || name === 'crit' || name === 'tiny' ? name : 'oltp';
}
