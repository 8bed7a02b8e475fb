import { ownValue } from '../model/own-value.ts';

/** Short forms of words in names of parameters, as people write them by habit. */
const WORDS: Readonly<Record<string, string>> = {
  db: 'databases',
  dbs: 'databases',
  database: 'databases',
  exts: 'extensions',
  params: 'parameters',
  svcs: 'services',
  usr: 'users',
};

/** `pg_dbs` is `pg_databases`. */
export function withoutAbbreviations(name: string): string {
  return name
    .split('_')
    .map((word) => ownValue(WORDS, word) ?? word)
    .join('_');
}
