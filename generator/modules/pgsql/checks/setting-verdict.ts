import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import { nearestName } from '../../../text/nearest.ts';
import { settingProblem, settingsOf } from '../server/settings.ts';

const rules = {
  unknown: rule<{ name: string; major: number; nearest: string | undefined }>('pgsql/unknown-setting', {
    severity: 'error',
    message: ({ name, major }) => `PostgreSQL ${major} has no parameter \`${name}\``,
    help: ({ nearest }) =>
      nearest
        ? `did you mean \`${nearest}\`?`
        : 'parameters of extensions have a dot: `auto_explain.log_min_duration`',
  }),
  value: rule<{ name: string; problem: string }>('pgsql/setting-value', {
    severity: 'error',
    message: ({ name, problem }) => `\`${name}\` must be ${problem}`,
  }),
  ofServer: rule<{ name: string; of: string }>('pgsql/setting-of-server', {
    severity: 'error',
    message: ({ name, of }) => `\`${name}\` of ${of} is a parameter of the whole server`,
    label: () => 'set here',
    help: () => 'set it in `pg_parameters`',
  }),
};

const NAME = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/;
/** Contexts of parameters that ALTER ROLE and ALTER DATABASE set (PostgreSQL manual, pg_settings). */
const OF_SESSIONS = ['user', 'superuser'];

type Given = { readonly name: string; readonly value: string; readonly major: number };

/** What is wrong with a parameter of PostgreSQL; `of`: the user or database whose sessions have it. */
export function checkSetting(
  { name, value, major }: Given,
  place: Place | undefined,
  of?: string,
): Diagnostic[] {
  const known = settingsOf(major);
  // Extensions register theirs when they are loaded.
  if (NAME.test(name) && (!known || name.includes('.'))) return [];
  const setting = known?.get(name.toLowerCase());
  if (!setting) {
    const nearest = nearestName(name, [...(known?.keys() ?? [])]);
    return [rules.unknown.at(place, { name, major, nearest })];
  }
  const isInternal = setting.context === 'internal';
  if (of !== undefined && !isInternal && !OF_SESSIONS.includes(setting.context))
    return [rules.ofServer.at(place, { name, of })];
  const problem = isInternal ? 'left out: it says how PostgreSQL was built' : settingProblem(setting, value);
  return problem ? [rules.value.at(place, { name, problem })] : [];
}
