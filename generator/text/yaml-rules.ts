import { maskKey } from '../diagnostics/mask.ts';
import { rule } from '../diagnostics/rule.ts';
import { type Excess, MAX_DEPTH, MAX_NODES, MAX_TOKEN } from './yaml-budget.ts';

export const yamlRules = {
  syntax: rule<{ reason: string }>('yaml/syntax', {
    severity: 'error',
    message: ({ reason }) => reason,
    label: () => 'here',
    help: ({ reason }) => SLIPS.find(([words]) => words.test(reason))?.[1],
  }),
  unclosed: rule<{ bracket: string; closing: string; more: number }>('yaml/unclosed', {
    severity: 'error',
    message: ({ bracket }) => `unclosed \`${bracket}\``,
    label: () => 'opened here',
    help: ({ closing, more }) =>
      more > 0
        ? `add the missing \`${closing}\`, and ${more} more around it`
        : `add the missing \`${closing}\``,
  }),
  duplicateKey: rule<{ key: string }>('yaml/duplicate-key', {
    severity: 'error',
    message: ({ key }) => `duplicate key \`${maskKey(key)}\``,
    label: () => 'repeated here',
    help: () => 'Ansible uses the last one without a warning; remove one',
  }),
  // None of these repeats the text: it may be a password that nobody has put in quotes.
  alias: rule<Record<string, never>>('yaml/unknown-alias', {
    severity: 'error',
    message: () => 'a value that begins with `*` is an alias, and no anchor before it has this name',
    label: () => 'no anchor',
    help: () => 'write a text that begins with `*` in quotes',
  }),
  anchorTwice: rule<Record<string, never>>('yaml/anchor-twice', {
    severity: 'error',
    message: () => 'a value that begins with `&` is an anchor, and there is another one with this name',
    label: () => 'repeated here',
    help: () => 'rename it; write a text that begins with `&` in quotes',
  }),
  tag: rule<{ tag: string }>('yaml/unknown-tag', {
    severity: 'error',
    message: ({ tag }) =>
      tag === '!vault'
        ? 'unsupported tag `!vault`'
        : 'a value that begins with `!` has a tag that is not supported',
    help: ({ tag }) =>
      tag === '!vault'
        ? 'decrypt the value with ansible-vault and protect the file'
        : 'write a text that begins with `!` in quotes',
  }),
  circular: rule<Record<string, never>>('yaml/circular-alias', {
    severity: 'error',
    message: () => 'an alias inside of its own anchor has no end',
    label: () => 'refers to what it is in',
  }),
  expansion: rule<Record<string, never>>('yaml/too-many-aliases', {
    severity: 'error',
    message: () => `aliases make more than ${MAX_NODES} values of this file`,
    label: () => 'here it is too much',
    help: () => 'write the values once, in the `vars` of a group',
  }),
  excess: rule<Pick<Excess, 'kind'>>('yaml/too-large', {
    severity: 'error',
    message: ({ kind }) => EXCESSES[kind],
    label: () => 'here',
  }),
  documents: rule<Record<string, never>>('yaml/several-documents', {
    severity: 'error',
    message: () => 'more than one YAML document',
    help: () => 'remove the `---` or move the second document to another file',
  }),
};

/** What the reader says of common slips (package yaml), and what to write instead. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/^tabs are not allowed/i, 'indent with spaces, as the lines around it'],
  [/^alias cannot be an empty string/i, 'write it in quotes: `"*"`'],
  [/^plain value cannot start with/i, 'write the whole value in quotes'],
  [/^implicit keys need to be on a single line/i, 'write `key: value`, with a space after the colon'],
];

const EXCESSES: Readonly<Record<Excess['kind'], string>> = {
  depth: `more than ${MAX_DEPTH} levels in each other`,
  token: `a text of more than ${MAX_TOKEN} characters`,
  nodes: `more than ${MAX_NODES} values in one file`,
};
