import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { systemName } from '../access/users.ts';
import type { PgsqlMember } from '../members.ts';
import { isPresent } from '../present.ts';

const rules = {
  needed: rule<{ what: string; name: string; by: string }>('pgsql/absent-but-needed', {
    severity: 'error',
    message: ({ what, name, by }) => `${what} \`${name}\` cannot be absent: ${by} needs it`,
    label: () => 'set here',
    help: () => 'remove `state: absent`',
  }),
  unconfirmed: rule<{ name: string }>('pgsql/database-not-dropped', {
    severity: 'warning',
    message: ({ name }) => `database \`${name}\` is \`state: absent\`, but is not dropped`,
    label: () => 'set here',
    help: () => 'add `drop: true` to this entry to delete the database with its data',
  }),
  contradiction: rule<{ name: string }>('pgsql/drop-without-absent', {
    severity: 'error',
    message: ({ name }) => `\`drop: true\` of database \`${name}\` without \`state: absent\``,
    label: () => 'set here',
    help: () => 'remove `drop`, or add `state: absent` to delete the database with its data',
  }),
};

const OF_POSTGRES = ['postgres', 'template0', 'template1'];

/** Users and databases that are declared to be absent. */
export function checkAbsent(member: PgsqlMember): Diagnostic[] {
  return [...checkUsers(member), ...checkDefaultRoles(member), ...checkDatabases(member)];
}

/** Roles of the system and of the default privileges: pg_default_roles. */
function checkUsers({ settings, host }: PgsqlMember): Diagnostic[] {
  const needed = new Set([
    settings.pg_dbsu,
    ...settings.pg_default_roles.map(({ name }) => systemName(name, settings)),
  ]);
  return settings.pg_users.flatMap((user, index) => {
    const { name } = user;
    if (isPresent(user) || !needed.has(name)) return [];
    const place = host.parameters.place('pg_users', [index, 'state']);
    return [rules.needed.at(place, { what: 'user', name, by: '`pg_default_roles`' })];
  });
}

function checkDefaultRoles({ settings, host }: PgsqlMember): Diagnostic[] {
  const system = [
    settings.pg_dbsu,
    settings.pg_replication_username,
    settings.pg_admin_username,
    settings.pg_monitor_username,
  ];
  return settings.pg_default_roles.flatMap((role, index) => {
    const name = systemName(role.name, settings);
    if (isPresent(role) || !system.includes(name)) return [];
    const place = host.parameters.place('pg_default_roles', [index, 'state']);
    return [rules.needed.at(place, { what: 'user', name, by: 'this product' })];
  });
}

function checkDatabases({ settings, host }: PgsqlMember): Diagnostic[] {
  return settings.pg_databases.flatMap((database, index) => {
    const { name, drop = false } = database;
    const at = (key: string) => host.parameters.place('pg_databases', [index, key]);
    if (isPresent(database)) return drop ? [rules.contradiction.at(at('drop'), { name })] : [];
    if (OF_POSTGRES.includes(name))
      return [rules.needed.at(at('state'), { what: 'database', name, by: 'PostgreSQL' })];
    return drop ? [] : [rules.unconfirmed.at(at('state'), { name })];
  });
}
