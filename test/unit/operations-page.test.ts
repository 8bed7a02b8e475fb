import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/product.ts';

it('docs/operations.md names tests that exist, one for each act', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const named = [...page.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(([, file]) => file as string);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const acts = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (act|what|trouble) \|/.test(line));
  const withoutTest = acts.filter((line) => !line.includes('`test/'));
  // What and where, and what to do in trouble.
  expect(withoutTest.length).toBeLessThanOrEqual(10);
  expect(named.length).toBeGreaterThan(25);
});
