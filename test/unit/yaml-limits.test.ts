import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { maskedLines } from '../../generator/diagnostics/mask.ts';
import { shownKeys } from '../../generator/modules/shown-keys.ts';
import { root } from '../support/product.ts';

const HEAD = `all:
  children:
    etcd: { hosts: { 10.44.1.11: { etcd_seq: 1 } } }
    pg-shop:
      hosts: { 10.44.1.11: { pg_seq: 1, pg_role: primary } }
      vars: { pg_cluster: pg-shop, pg_version: 17 }
  vars:
    admin_ip: 10.44.1.11
`;

/** Anchors `a`, `b` …, each with many aliases of the one before it. */
function bomb(levels: number, item: (anchor: string) => string): string {
  const name = (level: number) => String.fromCharCode(97 + level);
  const line = (level: number) => `    ${name(level)}: &${name(level)} ${item(name(level - 1))}\n`;
  return `    a: &a { x: 1 }\n${Array.from({ length: levels }, (_, level) => line(level + 1)).join('')}`;
}

const times = (text: string, count: number) => text.repeat(count);

it('an inventory in one line, as programs write it, is not too deep', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `"key${index}": ${index}`).join(', ');
  const text = `{"all": {"children": {}, "vars": {"node_sysctl_params": {${keys}}}}}`;
  const compiled = compile(text, 'one.yml', 'one');
  expect(compiled.diagnostics.map(({ code }) => code)).not.toContain('yaml/too-large');
});

/** What took a minute, or ended as a bug; and the place that the error names. */
it.each<[name: string, vars: string, code: string, line: number]>([
  ['30 digits and !', `    cert_validity: ${times('1', 30)}!\n`, 'parameter/wrong-type', 9],
  ['a list of aliases of lists', bomb(9, (a) => `[ ${times(`*${a}, `, 9)}1 ]`), 'yaml/too-many-aliases', 15],
  ['merged aliases', bomb(20, (a) => `{ <<: [ ${times(`*${a}, `, 9)}*${a} ] }`), 'yaml/too-many-aliases', 15],
  ['an anchor in itself', '    a: &a { b: *a }\n', 'yaml/circular-alias', 9],
  ['a list in itself', '    pg_databases: &a [ { name: x, schemas: *a } ]\n', 'yaml/circular-alias', 9],
  ['a text of 64 kB', `    pg_admin_password: ${times('a', 64_000)}\n`, 'yaml/too-large', 9],
  ['a key of 64 kB', `    ${times('a-', 32_000)}: 1\n`, 'yaml/too-large', 9],
  ['64 kB of quotes', `    a: "${times('\\\\', 32_000)}\n`, 'yaml/too-large', 9],
  ['open brackets', `    a: ${times('[', 32_000)}\n`, 'yaml/too-large', 9],
  ['closed brackets', `    a: ${times('[', 9_000)}${times(']', 9_000)}\n`, 'yaml/too-large', 9],
  ['mappings in each other', `    a: ${times('{ a: ', 9_000)}${times('}', 9_000)}\n`, 'yaml/too-large', 9],
  ['lists on one line', `    a:\n      ${times('- ', 16_000)}x\n`, 'yaml/too-large', 10],
  ['keys on one line', `    a: ${times('x: ', 20_000)}\n`, 'yaml/too-large', 9],
  ['many values', `    a: [ ${times('1, ', 300_000)}1 ]\n`, 'yaml/too-large', 9],
  ['stars', `    pg_packages: [ "${times('a*', 9_000)}" ]\n`, 'pgsql/package-unknown', 9],
])('%s', (_, vars, code, line) => {
  const text = HEAD + vars;
  const start = performance.now();
  const { diagnostics } = compile(text, 'inventory.yml', 'inventory');
  maskedLines(text, diagnostics, shownKeys());
  const seconds = (performance.now() - start) / 1000;
  const [first] = diagnostics.filter(({ severity }) => severity === 'error');
  expect(first).toMatchObject({ code, place: { line } });
  // A second on a machine that does nothing else.
  expect(seconds).toBeLessThan(3);
});

it('20,000 aliases of one value are read, and the sizes are those of a large site', () => {
  const text = `${HEAD}    a: &a 1\n    own: [ ${times('*a, ', 20_000)}*a ]\n`;
  expect(compile(text, 'inventory.yml', 'inventory').ok).toBe(true);
});

it('no message and no code frame shows what may be a secret', () => {
  const printed = readFileSync(join(root, 'test/bad/secrets-in-messages/expected.txt'), 'utf8');
  expect(printed).not.toContain('Never');
  expect(printed).toContain('patroni_port: [ Shown ]');
});

it.each([
  '&Never.Shown',
  '*Never.Shown',
  '!Never.Shown',
  '&Never.Shown &Never.Shown',
  '"Never.Shown',
  '- Never.Shown',
  '[Never.Shown',
  '{Never.Shown',
  '|Never.Shown',
  '%Never.Shown',
  '@Never.Shown',
  '`Never.Shown',
  'a: Never.Shown',
  "'Never.Shown",
])('a password that is no text for YAML is not shown: %s', (value) => {
  for (const key of ['pg_admin_password', 'pg_admin_pasword', 'own']) {
    const text = `${HEAD}    ${key}: ${value}\n    pg_port: x\n`;
    const { diagnostics } = compile(text, 'inventory.yml', 'inventory');
    expect(diagnostics.length).toBeGreaterThan(0);
    const lines = maskedLines(text, diagnostics, shownKeys());
    const frames = diagnostics.map(({ place }) => lines[(place?.line ?? 0) - 1] ?? '');
    const said = diagnostics.flatMap(({ message, help = '', notes }) => [
      message,
      help,
      ...notes.map((note) => note.message),
    ]);
    expect([...said, ...frames].join('\n')).not.toContain('Never');
  }
});

it('an error at the end of a file points at the last line with text', () => {
  const { diagnostics } = compile(`${HEAD}    a: { b: 1,\n\n\n\n`, 'inventory.yml', 'inventory');
  expect(diagnostics).toMatchObject([{ place: { line: 9 } }]);
});
