/** A number from 0 up to, not including, 1. */
export type Random = () => number;

const VALUES = [
  ...[
    '',
    '~',
    'yes',
    'no',
    '0',
    '-1',
    '1',
    '65536',
    '1e999',
    '.inf',
    '.nan',
    '0x1F',
    '10:20',
    '2030-12-31',
    "'",
  ],
  ...[
    '"',
    '[]',
    '{}',
    '[[[[]]]]',
    '{a: {b: {c: d}}}',
    '&a',
    '*a',
    '!!str',
    '!vault x',
    '|',
    '>',
    '- -',
    '? :',
  ],
  ...[
    '"{{ pg_port }}"',
    '"{{ x | y }}"',
    '"${admin_ip}"',
    '"%s %n"',
    '"$(reboot)"',
    '"a\\nb"',
    '"\\u0000"',
    '"../.."',
  ],
  ...['10.10.10.10', '256.1.1.1', '::1', '0.0.0.0/0', 'primary', 'x'.repeat(300), '漢字', '\u202e', '\ufeff'],
];
const CHARACTERS = ':-[]{},&*!|>\'"#%@`\t \n\r\u0000\u00a0aA0~';

/** An inventory with one to four errors, in its bytes, its lines or its values. */
export function mutate(text: string, random: Random): string {
  let result = text;
  const count = 1 + Math.floor(random() * 4);
  for (let index = 0; index < count; index++) result = pick(MUTATIONS, random)(result, random);
  return result;
}

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;

type Mutation = (text: string, random: Random) => string;

const MUTATIONS: readonly Mutation[] = [
  insertCharacter,
  removeRange,
  swapRanges,
  editLines((lines, at) => lines.splice(at, 1)),
  editLines((lines, at, other) => lines.splice(at, 0, lines[other] ?? '')),
  editLines((lines, at) => lines.splice(at, 1, `  ${lines[at] ?? ''}`)),
  editLines((lines, at) => lines.splice(at, 1, (lines[at] ?? '').replace(/^ {2}/, ''))),
  replaceValue,
  replaceValue,
  renameKey,
  truncate,
];

function insertCharacter(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + pick([...CHARACTERS], random) + text.slice(at + Math.floor(random() * 2));
}

function removeRange(text: string, random: Random): string {
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 20));
}

function swapRanges(text: string, random: Random): string {
  const [a, b] = [random(), random()].map((part) => Math.floor(part * text.length)).sort((x, y) => x - y);
  const length = 1 + Math.floor(random() * 15);
  const [from = 0, to = 0] = [a, b];
  if (to < from + length) return text;
  return text.slice(0, from) + text.slice(to, to + length) + text.slice(from + length);
}

function editLines(edit: (lines: string[], at: number, other: number) => void): Mutation {
  return (text, random) => {
    const lines = text.split('\n');
    edit(lines, Math.floor(random() * lines.length), Math.floor(random() * lines.length));
    return lines.join('\n');
  };
}

function replaceValue(text: string, random: Random): string {
  const values = [...text.matchAll(/(?<=: )[^\n,}\]]+/g)];
  const match = pick(values, random);
  if (!match) return text;
  return text.slice(0, match.index) + pick(VALUES, random) + text.slice(match.index + match[0].length);
}

function renameKey(text: string, random: Random): string {
  const keys = [...text.matchAll(/[\w.]+(?=:)/g)];
  const [match, other] = [pick(keys, random), pick(keys, random)];
  if (!match || !other) return text;
  return text.slice(0, match.index) + other[0] + text.slice(match.index + match[0].length);
}

function truncate(text: string, random: Random): string {
  return random() < 0.3 ? text.slice(0, Math.floor(random() * text.length)) : text;
}
