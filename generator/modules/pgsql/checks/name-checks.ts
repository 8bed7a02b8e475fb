import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { isReservedRole } from '../access/predefined-roles.ts';
import { allUsers } from '../access/users.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { eachPresent } from '../present.ts';

const rules = {
  cycle: rule<{ names: readonly string[] }>('pgsql/role-cycle', {
    severity: 'error',
    message: ({ names }) => `a role is a member of itself: ${names.join(' -> ')}`,
    label: () => 'member of the next one',
    help: () => 'remove one of these names from `roles`',
  }),
  twice: rule<{ parameter: string; name: string }>('pgsql/name-twice', {
    severity: 'error',
    message: ({ parameter, name }) => `\`${parameter}\` has two entries with the name \`${name}\``,
    label: () => 'duplicate',
    help: () => 'make one entry of both, or give one of them another name',
  }),
  unusable: rule<{ what: string; name: string; reason: string }>('pgsql/unusable-name', {
    severity: 'error',
    message: ({ what, name, reason }) => `${what} \`${name}\`: PostgreSQL ${reason}`,
    label: () => 'set here',
    help: () => 'use another name',
  }),
};

/** PostgreSQL cuts longer names (manual, "Identifiers and Key Words"). */
const MAX_NAME_BYTES = 63;

/** Names of the lists of a cluster: each is unique, and PostgreSQL accepts it. */
export function checkNames(member: PgsqlMember): Diagnostic[] {
  return [
    ...(
      ['pg_users', 'pg_databases', 'pg_default_roles', 'pg_services', 'pg_default_services'] as const
    ).flatMap((parameter) => checkUnique(member, parameter)),
    ...checkTemplateZero(member),
    ...checkRoleNames(member),
    ...checkRoleCycles(member),
    ...checkSchemaNames(member),
  ];
}

/** The database that PostgreSQL makes others from when nothing else is right: it stays as initdb made it. */
function checkTemplateZero({ settings, host }: PgsqlMember): Diagnostic[] {
  return eachPresent(settings.pg_databases, ({ name }, index) => {
    if (name !== 'template0') return [];
    const reason = 'keeps this database as it is';
    const place = host.parameters.place('pg_databases', [index, 'name']);
    return [rules.unusable.at(place, { what: 'database', name, reason })];
  });
}

type NamedList = 'pg_users' | 'pg_databases' | 'pg_default_roles' | 'pg_services' | 'pg_default_services';

function checkUnique({ settings, host }: PgsqlMember, parameter: NamedList): Diagnostic[] {
  const seen = new Map<string, number>();
  const list: readonly { readonly name: string }[] = settings[parameter];
  return list.flatMap(({ name }, index) => {
    const first = seen.get(name);
    seen.set(name, first ?? index);
    if (first === undefined) return [];
    const place = host.parameters.place(parameter, [first, 'name']);
    const note = { message: 'first here', ...(place && { place }) };
    return [rules.twice.at(host.parameters.place(parameter, [index, 'name']), { parameter, name }, [note])];
  });
}

const SYSTEM_NAMES = [
  'pg_dbsu',
  'pg_replication_username',
  'pg_admin_username',
  'pg_monitor_username',
] as const;

function checkRoleNames(member: PgsqlMember): Diagnostic[] {
  const { settings, host } = member;
  const ofList = (parameter: 'pg_users' | 'pg_default_roles') =>
    settings[parameter].map(({ name }, index) => {
      return { name, place: host.parameters.place(parameter, [index, 'name']) };
    });
  const ofSystem = SYSTEM_NAMES.map((parameter) => {
    return { name: settings[parameter], place: placeOf(member, parameter) };
  });
  return [...ofList('pg_users'), ...ofList('pg_default_roles'), ...ofSystem].flatMap(({ name, place }) => {
    const reason = isReservedRole(name) ? 'reserves this name' : lengthProblem(name);
    return reason ? [rules.unusable.at(place, { what: 'role', name, reason })] : [];
  });
}

/** PostgreSQL rejects a membership that closes a cycle. Each cycle is reported once, at its first user. */
function checkRoleCycles({ settings, host }: PgsqlMember): Diagnostic[] {
  const direct = new Map(allUsers(settings).map(({ name, roles }) => [name, roles ?? []]));
  const reported = new Set<string>();
  return settings.pg_users.flatMap(({ name }, index) => {
    const names = reported.has(name) ? undefined : cycleFrom(name, direct);
    if (!names) return [];
    for (const one of names) reported.add(one);
    return [rules.cycle.at(host.parameters.place('pg_users', [index, 'name']), { names })];
  });
}

/** The shortest way from a role over its memberships back to it. */
function cycleFrom(start: string, direct: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const paths = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of direct.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, start];
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** Only PostgreSQL's own schemas begin with `pg_` (manual, "The System Catalog Schema"). */
function checkSchemaNames({ settings, host }: PgsqlMember): Diagnostic[] {
  const given = [
    ...settings.pg_default_schemas.map((name, index) => {
      return { name, place: host.parameters.place('pg_default_schemas', [index]) };
    }),
    ...settings.pg_databases.flatMap(({ schemas = [] }, index) =>
      schemas.map(({ name }, at) => {
        return { name, place: host.parameters.place('pg_databases', [index, 'schemas', at]) };
      }),
    ),
  ];
  return given.flatMap(({ name, place }) => {
    const isReserved = name.startsWith('pg_') && name !== 'pg_catalog';
    const reason = isReserved ? 'reserves this name' : lengthProblem(name);
    return reason ? [rules.unusable.at(place, { what: 'schema', name, reason })] : [];
  });
}

function lengthProblem(name: string): string | undefined {
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? `cuts names after ${MAX_NAME_BYTES} bytes` : undefined;
}
