import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { defaultPrivilegeProblem } from '../../../text/default-privilege.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { releaseOf } from '../packages/release.ts';

const rules = {
  same: rule<{ name: string; other: string; user: string; cluster: string }>('pgsql/same-account', {
    severity: 'error',
    message: ({ name, other, user, cluster }) =>
      `\`${name}\` and \`${other}\` of cluster ${cluster} are both ${user}`,
    label: () => 'set here',
    help: () => 'each has its own rights and password: use two names',
  }),
  privilege: rule<{ cluster: string; problem: string }>('pgsql/default-privilege', {
    severity: 'error',
    message: ({ cluster, problem }) => `\`pg_default_privileges\` of cluster ${cluster}: ${problem}`,
    label: () => 'this entry',
  }),
};

const ACCOUNTS = ['pg_dbsu', 'pg_replication_username', 'pg_monitor_username', 'pg_admin_username'] as const;

/** The accounts of a cluster, and the privileges that its objects are created with. */
export function checkRoles(member: PgsqlMember): Diagnostic[] {
  return [...checkAccounts(member), ...checkPrivileges(member)];
}

function checkAccounts(member: PgsqlMember): Diagnostic[] {
  const { cluster, settings } = member;
  return ACCOUNTS.flatMap((name, index) => {
    const other = ACCOUNTS.slice(0, index).find((one) => settings[one] === settings[name]);
    if (other === undefined) return [];
    const place = placeOf(member, name) ?? placeOf(member, other);
    return [rules.same.at(place, { name, other, user: settings[name], cluster })];
  });
}

function checkPrivileges({ cluster, host, settings }: PgsqlMember): Diagnostic[] {
  if (!host.parameters.place('pg_default_privileges')) return [];
  const { version } = releaseOf(host);
  return settings.pg_default_privileges.flatMap((entry, index) => {
    const problem = defaultPrivilegeProblem(entry, version);
    if (problem === undefined) return [];
    return [
      rules.privilege.at(host.parameters.place('pg_default_privileges', [index]), { cluster, problem }),
    ];
  });
}
