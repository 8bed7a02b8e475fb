import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { maskedLines } from '../../generator/diagnostics/mask.ts';
import { printDiagnostic, sortDiagnostics } from '../../generator/diagnostics/print.ts';
import { shownKeys } from '../../generator/modules/shown-keys.ts';
import { root } from '../support/product.ts';
import { seededRandom } from '../support/random.ts';
import { mutate } from './mutate.ts';

/*
 * Invalid inventories from a printed seed: none of them crashes the compiler, takes it too long, or makes it print a
 * secret. The full number runs in `npm run test:long`.
 */
const COUNT = Number(process.env.PIGSTY_TEST_FUZZ ?? (process.env.PIGSTY_TEST_LONG ? 100_000 : 1000));
const SEED = Number(process.env.PIGSTY_TEST_SEED ?? 20261125);
/** Maximum time for one inventory, in ms. */
const HANG = 1000;

/** In the place of every password; one that is printed is found, also in part. */
const SECRET = 'Sesame0pen';

const corpus = ['blueprints', 'test/contract/sites'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => withSecrets(readFileSync(join(root, folder, name), 'utf8'))),
);

function withSecrets(text: string): string {
  const marked = text.replaceAll(/(password: )[^\s,}]+/g, `$1${SECRET}`);
  return marked.replace('admin_ip:', `pg_admin_password: ${SECRET}\n    admin_ip:`);
}

const AS_PASSWORD = new RegExp(
  `(?<![&*!\\w])\\w*password['"]?(?:[ \\t]*:[ \\t]*|[ \\t]+)['"]?${SECRET}`,
  'g',
);

/** Where a mutation has put the word elsewhere, nothing tells that it is a password. */
function isPasswordEverywhere(text: string): boolean {
  return text.split(SECRET).length - 1 === [...text.matchAll(AS_PASSWORD)].length;
}

/** What a user would read. */
function printed(text: string): { output: string; isOk: boolean } {
  const result = compile(text, 'inventory.yml', 'inventory');
  const lines = maskedLines(text, result.diagnostics, shownKeys());
  const output = sortDiagnostics(result.diagnostics)
    .map((found) => printDiagnostic(found, () => lines))
    .join('\n');
  return { output, isOk: result.ok };
}

it(`${COUNT} wrong inventories (seed ${SEED})`, { timeout: 7_200_000 }, () => {
  const random = seededRandom(SEED);
  let refused = 0;
  for (let number = 0; number < COUNT; number++) {
    const text = mutate(corpus[number % corpus.length] ?? '', random);
    const start = performance.now();
    try {
      const { output, isOk } = printed(text);
      expect(performance.now() - start).toBeLessThan(HANG);
      if (isPasswordEverywhere(text)) expect(output).not.toContain(SECRET);
      expect(isOk || output.includes('error[')).toBe(true);
      if (!isOk) refused += 1;
    } catch (cause) {
      throw new Error(`inventory ${number}:\n${text}`, { cause });
    }
  }
  expect(refused).toBeGreaterThan(COUNT / 4);
  expect(refused).toBeLessThan(COUNT);
});
