import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { writeYaml } from '../../generator/text/yaml-writer.ts';

/* The layout is our own: it has to be the library's, and what is read back has to be what was written. */
const words = [
  '',
  'on',
  'no',
  'y',
  '1',
  '1_000',
  '0x1F',
  '12:30',
  '~',
  'null',
  '1.5',
  '.inf',
  '2026-11-26',
  '- a',
  'a: b',
  'a #b',
  '#a',
  '[a',
  '{a}',
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  "it's",
  'say "a"',
  'tab\there',
  ' a ',
  '?',
  '-',
  'é',
  '\u0007',
];
const text = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme', maxLength: 50 }));
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true }).map((value) => value || 0),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const document = fc.dictionary(text, tree, { minKeys: 1, noNullPrototype: true });

type Document = Parameters<typeof writeYaml>[0];
const readBack = (written: string) => parse(written, { version: '1.1' });

it('writes the same text as the library', () => {
  fc.assert(
    fc.property(document, (data) => {
      const library = stringify(data, {
        version: '1.1',
        lineWidth: 0,
        defaultKeyType: 'PLAIN',
        aliasDuplicateObjects: false,
      });
      // The library prints these as they are: the next test.
      fc.pre(!/[\u0085\u2028\u2029]/.test(library));
      expect(writeYaml(data as Document)).toBe(library);
    }),
    { numRuns: 500, seed: 1 },
  );
});

it('escapes the line breaks of YAML 1.1', () => {
  const data = { 'a\u0085b': 'c\u2028d', list: ['\u2029', 'e\n\u2028'] };
  expect(writeYaml(data)).toBe('"a\\Nb": "c\\Ld"\nlist:\n  - "\\P"\n  - "e\\n\\L"\n');
  expect(readBack(writeYaml(data))).toEqual(data);
});

it('writes 0 and -0 as 0', () => {
  expect([-0, 0, -0].map((zero) => writeYaml({ zero }))).toEqual(Array(3).fill('zero: 0\n'));
});

it('writes a text of several lines on one line, without loss', () => {
  const lines = fc.array(text, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('\n'));
  fc.assert(
    fc.property(lines, (value) => {
      const written = writeYaml({ list: [{ value }] }, 'two\nlines');
      expect(written.split('\n')).toHaveLength(5);
      expect(readBack(written)).toEqual({ list: [{ value }] });
    }),
    { numRuns: 500, seed: 1 },
  );
});
