import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Variable } from '../model/inventory.ts';
import { ownValue } from '../model/own-value.ts';
import { isSlipOf, nearestName } from '../text/nearest.ts';
import type { Vocabulary } from './resolve.ts';

const rules = {
  unknown: rule<{ name: string; suggestion: string | undefined }>('parameter/unknown', {
    severity: 'warning',
    message: ({ name }) => unknownText(name),
    label: () => 'no parameter has this name',
    isKeyUnknown: true,
    help: ({ suggestion }) => (suggestion ? `did you mean \`${suggestion}\`?` : undefined),
  }),
  // Without it, users, databases or a whole cluster would not be built.
  misspelt: rule<{ name: string; suggestion: string }>('parameter/misspelt', {
    severity: 'error',
    message: ({ name }) => unknownText(name),
    label: () => 'no parameter has this name',
    isKeyUnknown: true,
    help: ({ name, suggestion }) =>
      name.includes(':') ? 'write a space after the colon' : `did you mean \`${suggestion}\`?`,
  }),
};

/** What follows a colon may be a secret. */
function unknownText(name: string): string {
  return `unknown parameter \`${maskKey(name).replace(/:.*/s, ' …')}\``;
}

/** A slip in the name of a parameter that has an effect is an error; other names may be variables of the user. */
export function unknownParameter(
  { name, locate }: Variable,
  { rows, idle }: Pick<Vocabulary, 'rows' | 'idle'>,
): Diagnostic {
  const place = locate([], 'key');
  const [word = name] = name.split(':');
  const full = withoutAbbreviations(word);
  const suggestion = rows.has(full) ? full : nearestName(word, [...rows.keys()]);
  if (suggestion === undefined || idle.has(suggestion)) return rules.unknown.at(place, { name, suggestion });
  return suggestion === full || isSlipOf(word, suggestion)
    ? rules.misspelt.at(place, { name, suggestion })
    : rules.unknown.at(place, { name, suggestion });
}

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
function withoutAbbreviations(name: string): string {
  return name
    .split('_')
    .map((word) => ownValue(WORDS, word) ?? word)
    .join('_');
}
