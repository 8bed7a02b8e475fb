import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { PgsqlMember } from '../members.ts';
import { eachPresent } from '../present.ts';
import { textOf } from '../server/declared-settings.ts';
import { checkSetting } from './setting-verdict.ts';

const LISTS = [
  ['pg_default_roles', 'user'],
  ['pg_users', 'user'],
  ['pg_databases', 'database'],
] as const;

/** `parameters` of users and databases: the superuser sets them by ALTER ROLE and ALTER DATABASE. */
export function checkSessionSettings({ settings, host }: PgsqlMember): Diagnostic[] {
  return LISTS.flatMap(([parameter, what]) => {
    if (!host.parameters.place(parameter)) return [];
    return eachPresent(settings[parameter], ({ name: owner, parameters = {} }, index) =>
      Object.entries(parameters).flatMap(([name, given]) => {
        const place = host.parameters.place(parameter, [index, 'parameters', name]);
        const value = typeof given === 'object' ? given.map(textOf).join(', ') : textOf(given);
        return checkSetting({ name, value, major: settings.pg_version }, place, `${what} \`${owner}\``);
      }),
    );
  });
}
