import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Path, Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { nearestName } from '../../../text/nearest.ts';
import { absentUsers } from '../access/users.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import type { Database, Extension } from '../params/schemas.ts';
import { eachPresent, isPresent } from '../present.ts';
import { type KnownNames, knownNames } from './known-names.ts';

/** A name that the inventory does not define. */
type Reference = {
  /** What should have the name, as `owner`. */
  readonly what: string;
  readonly name: string;
  /** What has the reference, as `database x`. */
  readonly of: string;
  readonly suggestion: string | undefined;
};

function unknown(code: string, advice: string) {
  return rule<Reference>(`pgsql/unknown-${code}`, {
    severity: 'error',
    message: ({ what, name, of }) => `unknown ${what} \`${name}\` of ${of}`,
    label: () => 'not in the inventory',
    help: ({ suggestion }) => (suggestion === undefined ? advice : `did you mean \`${suggestion}\`?`),
  });
}

const rules = {
  owner: unknown('owner', 'define it in `pg_users`'),
  role: unknown('role', 'names that begin with `pg_` are predefined roles of PostgreSQL'),
  poolUser: unknown('pool-user', 'define it in `pg_users`'),
  grantee: unknown('grantee', 'define it in `pg_default_roles`, or change `pg_default_privileges`'),
  template: unknown('template', 'define it in `pg_databases`, before this database'),
  schema: unknown('schema', 'add it to the `schemas` of the database, or to `pg_default_schemas`'),
  templateLater: rule<{ template: string; database: string }>('pgsql/template-later', {
    severity: 'error',
    message: ({ template, database }) =>
      template === database
        ? `database \`${database}\` is its own template`
        : `template \`${template}\` of database \`${database}\` is created after it`,
    label: () => 'set here',
    help: () => 'databases are created in the order of `pg_databases`: define the template first',
  }),
  absent: rule<{ what: string; name: string; of: string }>('pgsql/absent-user-in-use', {
    severity: 'error',
    message: ({ what, name, of }) => `${what} \`${name}\` of ${of} has \`state: absent\``,
    label: () => 'named here',
    help: () => 'name another user here, or remove `state: absent` in `pg_users`',
  }),
  elsewhere: rule<Reference & { where: string }>('pgsql/not-in-inventory', {
    severity: 'warning',
    message: ({ what, name, of, where }) => `${what} \`${name}\` of ${of} is not in the inventory: ${where}`,
    label: () => 'not in the inventory',
    help: ({ suggestion }) => (suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`),
  }),
};

/** Names in the variables of a cluster that nothing defines. */
export function checkReferences(member: PgsqlMember, site: Site): Diagnostic[] {
  const known = knownNames(member, site);
  return [
    ...checkRoles(known),
    ...checkGrantees(known),
    ...eachPresent(member.settings.pg_databases, (database, index) => checkDatabase(known, database, index)),
    ...checkDefaultExtensions(known),
  ];
}

type Parameter = 'pg_users' | 'pg_default_roles' | 'pg_databases' | 'pg_default_extensions';

function at({ member }: KnownNames, parameter: Parameter, path: Path): Place | undefined {
  return member.host.parameters.place(parameter, path);
}

function checkRoles(known: KnownNames): Diagnostic[] {
  const { settings } = known.member;
  return (['pg_users', 'pg_default_roles'] as const).flatMap((parameter) =>
    eachPresent(settings[parameter], ({ name: user, roles = [] }, index) =>
      roles.flatMap((name, step) => {
        if (known.roles.has(name)) return [];
        return [unknownRole(known, at(known, parameter, [index, 'roles', step]), { name, user })];
      }),
    ),
  );
}

/** A role that an extension, a baseline or an administrator creates is granted when it exists: units/pgsql/provision/memberships.py.ejs. */
function unknownRole(
  { roles, upstream }: KnownNames,
  place: Place | undefined,
  { name, user }: { name: string; user: string },
): Diagnostic {
  const words = { what: 'role', name, of: `user \`${user}\``, suggestion: nearestName(name, [...roles]) };
  if (name.startsWith('pg_')) return rules.role.at(place, words);
  const where = upstream ?? 'it is granted only if an extension, a baseline or an administrator creates it';
  return rules.elsewhere.at(place, { ...words, where });
}

/** `GRANT … TO a, b`: PostgreSQL rejects the whole statement for an unknown role. */
function checkGrantees({ member, roles }: KnownNames): Diagnostic[] {
  const { parameters } = member.host;
  const isOwn = parameters.place('pg_default_privileges') ?? parameters.place('pg_default_roles');
  if (!isOwn) return [];
  return member.settings.pg_default_privileges.flatMap((privilege, index) =>
    grantees(privilege).flatMap((name) => {
      if (name === 'public' || roles.has(name)) return [];
      const place = parameters.place('pg_default_privileges', [index]) ?? placeOf(member, 'pg_default_roles');
      const of = `\`pg_default_privileges\` of cluster ${member.cluster}`;
      return [rules.grantee.at(place, { what: 'role', name, of, suggestion: nearestName(name, [...roles]) })];
    }),
  );
}

function grantees(privilege: string): string[] {
  const list =
    /\b(?:TO|FROM)\s+((?:(?:GROUP\s+)?[\w"]+\s*,\s*)*(?:GROUP\s+)?[\w"]+)/i.exec(privilege)?.[1] ?? '';
  const names = list.split(',').map((name) => name.trim().replace(/^GROUP\s+/i, ''));
  // Without quotes, PostgreSQL folds a name to lower case.
  return names.filter(Boolean).map((name) => (name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase()));
}

function checkDatabase(known: KnownNames, database: Database, index: number): Diagnostic[] {
  const { owner, pool_auth_user: poolUser, extensions = [] } = database;
  const of = `database \`${database.name}\``;
  return [
    ...checkUser(known, rules.owner, { what: 'owner', name: owner, of, path: [index, 'owner'] }),
    ...checkUser(known, rules.poolUser, {
      what: '`pool_auth_user`',
      name: poolUser,
      of,
      path: [index, 'pool_auth_user'],
    }),
    ...checkTemplate(known, database, index),
    ...checkTablespace(known, database, index),
    ...eachPresent(extensions, (extension, step) => {
      const path = [index, 'extensions', step, 'schema'];
      return checkSchema(known, extension, { database, mayExist: step > 0, path, parameter: 'pg_databases' });
    }),
  ];
}

type UserReference = { what: string; name: string | undefined; of: string; path: Path };

function checkUser(
  known: KnownNames,
  unknownUser: typeof rules.owner,
  { what, name, of, path }: UserReference,
): Diagnostic[] {
  const { roles, upstream } = known;
  if (name === undefined || roles.has(name)) return [];
  const place = at(known, 'pg_databases', path);
  if (absentUsers(known.member.settings).some((user) => user.name === name))
    return [rules.absent.at(place, { what, name, of })];
  const words = { what, name, of, suggestion: nearestName(name, [...roles]) };
  return [upstream ? rules.elsewhere.at(place, { ...words, where: upstream }) : unknownUser.at(place, words)];
}

/** The databases of every cluster (initdb). */
const OF_INITDB = ['template0', 'template1', 'postgres'];

function checkTemplate(
  known: KnownNames,
  { name: database, template }: Database,
  index: number,
): Diagnostic[] {
  const { databases, upstream } = known;
  if (template === undefined || OF_INITDB.includes(template)) return [];
  const place = at(known, 'pg_databases', [index, 'template']);
  const own = known.member.settings.pg_databases.findIndex((one) => isPresent(one) && one.name === template);
  if (own >= index) return [rules.templateLater.at(place, { template, database })];
  if (databases.has(template)) return [];
  const suggestion = nearestName(template, [...OF_INITDB, ...databases]);
  const words = { what: 'template', name: template, of: `database \`${database}\``, suggestion };
  return [
    upstream ? rules.elsewhere.at(place, { ...words, where: upstream }) : rules.template.at(place, words),
  ];
}

/** Tablespaces are directories that only an administrator of the node can make. */
function checkTablespace(
  known: KnownNames,
  { name: database, tablespace }: Database,
  index: number,
): Diagnostic[] {
  if (tablespace === undefined || tablespace === 'pg_default') return [];
  const words = {
    what: 'tablespace',
    name: tablespace,
    of: `database \`${database}\``,
    suggestion: undefined,
  };
  const where = known.upstream ?? 'an administrator must create it before the database';
  return [rules.elsewhere.at(at(known, 'pg_databases', [index, 'tablespace']), { ...words, where })];
}

type SchemaContext = {
  /** Undefined: of pg_default_extensions. */
  readonly database: Database | undefined;
  /** An extension before this one may create its schema. */
  readonly mayExist: boolean;
  readonly parameter: Parameter;
  readonly path: Path;
};

function checkSchema(
  known: KnownNames,
  { name: extension, schema }: Extension,
  { database, mayExist, parameter, path }: SchemaContext,
): Diagnostic[] {
  const names = schemasOf(known, database);
  if (schema === undefined || names.includes(schema)) return [];
  const of = `extension \`${extension}\`${database ? ` in database \`${database.name}\`` : ''}`;
  const words = { what: 'schema', name: schema, of, suggestion: nearestName(schema, names) };
  const place = at(known, parameter, path) ?? placeOf(known.member, 'pg_default_schemas');
  const hasOwnTemplate = database?.template !== undefined && !OF_INITDB.includes(database.template);
  const other =
    mayExist || hasOwnTemplate ? 'the template or an extension before it must create it' : undefined;
  const where = known.upstream ?? other;
  return [where ? rules.elsewhere.at(place, { ...words, where }) : rules.schema.at(place, words)];
}

/** template0 has none of the schemas of `pg_default_schemas`. */
function schemasOf({ member }: KnownNames, database: Database | undefined): string[] {
  const inherited = database?.template === 'template0' ? [] : member.settings.pg_default_schemas;
  const own = (database?.schemas ?? []).filter(isPresent).map(({ name }) => name);
  return ['public', 'pg_catalog', 'information_schema', ...inherited, ...own];
}

function checkDefaultExtensions(known: KnownNames): Diagnostic[] {
  return known.member.settings.pg_default_extensions.flatMap((extension, index) =>
    checkSchema(known, extension, {
      database: undefined,
      mayExist: index > 0,
      parameter: 'pg_default_extensions',
      path: [index, 'schema'],
    }),
  );
}
