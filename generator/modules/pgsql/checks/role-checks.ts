import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { defaultPrivilegeProblem } from '../../../text/default-privilege.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';
import { releaseOf } from '../packages/release.ts';

const rules = {
  same: rule<{ name: string; other: string; user: string }>('pgsql/same-account', {
    severity: 'error',
    message: ({ name, other, user }) => `\`${name}\` and \`${other}\` are both ${user}`,
    label: () => 'set here',
    help: () => 'each has its own rights and password: use two names',
  }),
  privilege: rule<{ problem: string }>('pgsql/default-privilege', {
    severity: 'error',
    message: ({ problem }) => `\`pg_default_privileges\`: ${problem}`,
    label: () => 'this entry',
  }),
};

const ACCOUNTS = ['pg_dbsu', 'pg_replication_username', 'pg_monitor_username', 'pg_admin_username'] as const;

/** The accounts of clusters, and the privileges that objects are created with; each place once, however many clusters have it. */
export function checkRoles(site: Site): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const [first] of clusters(site)) {
    if (!first) continue;
    for (const one of [...checkAccounts(first), ...checkPrivileges(first)])
      found.set(JSON.stringify([one.place, one.message]), one);
  }
  return [...found.values()];
}

function checkAccounts(member: PgsqlMember): Diagnostic[] {
  const { settings } = member;
  return ACCOUNTS.flatMap((name, index) => {
    const other = ACCOUNTS.slice(0, index).find((one) => settings[one] === settings[name]);
    if (other === undefined) return [];
    const place = placeOf(member, name) ?? placeOf(member, other);
    return [rules.same.at(place, { name, other, user: settings[name] })];
  });
}

function checkPrivileges({ host, settings }: PgsqlMember): Diagnostic[] {
  if (!host.parameters.place('pg_default_privileges')) return [];
  const { version } = releaseOf(host);
  return settings.pg_default_privileges.flatMap((entry, index) => {
    const problem = defaultPrivilegeProblem(entry, version);
    if (problem === undefined) return [];
    return [rules.privilege.at(host.parameters.place('pg_default_privileges', [index]), { problem })];
  });
}
