import { nearestName } from './nearest.ts';

/** The privileges on each kind of object (PostgreSQL, "ALTER DEFAULT PRIVILEGES"), and the first version that has the kind. */
const PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  TABLES: ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN'],
  SEQUENCES: ['USAGE', 'SELECT', 'UPDATE'],
  FUNCTIONS: ['EXECUTE'],
  ROUTINES: ['EXECUTE'],
  TYPES: ['USAGE'],
  SCHEMAS: ['USAGE', 'CREATE'],
  'LARGE OBJECTS': ['SELECT', 'UPDATE'],
};

/** Versions that first had a privilege or a kind of object. */
const SINCE: Readonly<Record<string, number>> = { MAINTAIN: 17, 'LARGE OBJECTS': 18 };

const FORM =
  /^\s*(?:GRANT|REVOKE(?:\s+GRANT\s+OPTION\s+FOR)?)\s+(.+?)\s+ON\s+(LARGE\s+OBJECTS|\w+)\s+(?:TO|FROM)\s+[^;]+;?\s*$/i;

/** What PostgreSQL refuses in an entry of `pg_default_privileges`: what follows `ALTER DEFAULT PRIVILEGES`. */
export function defaultPrivilegeProblem(entry: string, version: number): string | undefined {
  const [, list, object] = FORM.exec(entry) ?? [];
  if (list === undefined || object === undefined)
    return 'must be `GRANT privileges ON objects TO role` or `REVOKE … FROM role`';
  const kind = object.toUpperCase().replace(/\s+/g, ' ');
  const known = Object.hasOwn(PRIVILEGES, kind) ? PRIVILEGES[kind] : undefined;
  if (!known) return unknown('has no objects', kind, Object.keys(PRIVILEGES));
  const names = list.split(',').map((name) => name.trim().toUpperCase().replace(/\s+/g, ' '));
  const wrong = names.find((name) => !known.includes(name) && name !== 'ALL' && name !== 'ALL PRIVILEGES');
  if (wrong !== undefined) return unknown(`has, on ${kind}, no privilege`, wrong, known);
  const later = [kind, ...names].find((name) => (SINCE[name] ?? 0) > version);
  return later === undefined ? undefined : `${later} is of PostgreSQL ${SINCE[later]} and later`;
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `PostgreSQL ${what} ${name}: ${nearest ? `did you mean ${nearest}?` : known.join(', ')}`;
}
