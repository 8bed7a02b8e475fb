import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Path } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { type HbaLine, readHbaLine } from '../../../text/hba-line.ts';
import { nearestName } from '../../../text/nearest.ts';
import { HBA_VARIABLES } from '../access/hba/records.ts';
import type { PgsqlMember } from '../members.ts';
import type { HbaRule } from '../params/schemas.ts';
import { knownNames } from './known-names.ts';

type Unknown = { readonly name: string; readonly suggestion: string | undefined };

const rules = {
  user: rule<Unknown>('pgsql/unknown-hba-user', {
    severity: 'warning',
    message: ({ name }) => `unknown user \`${name}\` in this HBA rule`,
    label: () => 'not in the inventory',
    help: ({ suggestion }) =>
      suggestion
        ? `did you mean \`${suggestion}\`?`
        : 'define it in pg_users, or write `all`, `+role`, `${dbsu}`, `${repl}`, `${monitor}`, `${admin}`',
  }),
  database: rule<Unknown>('pgsql/unknown-hba-database', {
    severity: 'warning',
    message: ({ name }) => `unknown database \`${name}\` in this HBA rule`,
    label: () => 'not in the inventory',
    help: ({ suggestion }) =>
      suggestion
        ? `did you mean \`${suggestion}\`?`
        : 'define it in pg_databases; until somebody creates it, the rule has no effect',
  }),
};

const PARAMETERS = [
  'pg_default_hba_rules',
  'pg_hba_rules',
  'pgb_default_hba_rules',
  'pgb_hba_rules',
] as const;
/** Words with a meaning in the column of databases, and databases of every server (PostgreSQL manual, "The pg_hba.conf File"). */
const DATABASES = [
  'all',
  'sameuser',
  'samerole',
  'samegroup',
  'replication',
  'postgres',
  'template0',
  'template1',
];

/** Users and databases in HBA rules that the inventory does not define. */
export function checkHbaNames(member: PgsqlMember, site: Site): Diagnostic[] {
  const { settings, host } = member;
  // The rules of Pigsty need no check.
  const given = PARAMETERS.filter((parameter) => host.parameters.place(parameter));
  if (given.length === 0) return [];
  const known = knownNames(member, site);
  const users = new Set(['all', ...known.roles]);
  const databases = new Set([...DATABASES, 'pgbouncer', ...known.databases]);
  return given.flatMap((parameter) =>
    settings[parameter].flatMap((hba, index) => {
      const place = (path: Path) => host.parameters.place(parameter, [index, ...path]);
      return [
        ...unknownNames(namesOf(hba, 'user'), users).map(({ path, ...unknown }) =>
          rules.user.at(place(path), unknown),
        ),
        ...unknownNames(namesOf(hba, 'db'), databases).map(({ path, ...unknown }) =>
          rules.database.at(place(path), unknown),
        ),
      ];
    }),
  );
}

/** A name in a rule; `variables` stand for names of system users. */
type RuleName = { readonly name: string; readonly path: Path; readonly variables: readonly string[] };

const COLUMNS = { user: 'users', db: 'databases' } as const satisfies Record<string, keyof HbaLine>;

function namesOf(hba: HbaRule, field: keyof typeof COLUMNS): RuleName[] {
  const variables = field === 'user' ? HBA_VARIABLES : [];
  const names = (hba[field] ?? 'all').split(',');
  if (!hba.rules) return names.map((name) => ({ name: name.trim(), path: [field], variables }));
  return hba.rules.flatMap((line, index) =>
    (readHbaLine(line)?.[COLUMNS[field]] ?? []).map(({ text }) => {
      return { name: text, path: ['rules', index], variables: [] };
    }),
  );
}

function unknownNames(given: readonly RuleName[], names: ReadonlySet<string>): (Unknown & { path: Path })[] {
  return given.flatMap(({ name, path, variables }) => {
    const [, sign = '', bare = ''] = /^(\+?)(.*)$/s.exec(name) ?? [];
    // A regular expression.
    if (name.startsWith('/') || names.has(bare) || variables.includes(name)) return [];
    const nearest = nearestName(bare, [...names, ...variables]);
    return [{ name, path, suggestion: nearest && sign + nearest }];
  });
}
