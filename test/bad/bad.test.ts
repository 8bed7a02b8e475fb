import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { ruleCodes } from '../../generator/diagnostics/rule.ts';
import { readNamedFiles } from '../../generator/effects/named-files.ts';
import { PUBLISHED, printAll } from '../support/bad-case.ts';
import { root } from '../support/product.ts';

/* One folder per case: `inventory.yml`, and `expected.txt` with exactly what is printed; commands.test.ts runs others. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const cases = folders.filter((name) => !existsSync(`${folder}${name}/case.ts`));

function findings(text: string, name: string): string {
  const readFiles = (names: readonly string[]) => readNamedFiles(names, `${folder}${name}`);
  const { diagnostics } = compile(text, 'inventory.yml', 'inventory', readFiles);
  const shown = diagnostics.filter(({ code }) => code !== PUBLISHED || name === 'published-password');
  return printAll(shown, text);
}

/** Imports every file that defines a diagnostic, whoever else uses it. */
async function importRules(): Promise<void> {
  const files = readdirSync(`${root}generator`, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const path = `${root}generator/${file}`;
    if (/^import .*\brule\b.*\/rule\.ts'/m.test(readFileSync(path, 'utf8'))) await import(path);
  }
}

describe('wrong inventories', () => {
  it.each(cases)('%s', async (name) => {
    const text = readFileSync(`${folder}${name}/inventory.yml`, 'utf8');
    await expect(findings(text, name)).toMatchFileSnapshot(`${folder}${name}/expected.txt`);
  });

  it('and the other cases show every code of the product', async () => {
    await importRules();
    const shown = folders.map((name) => readFileSync(`${folder}${name}/expected.txt`, 'utf8')).join('');
    expect(ruleCodes().filter((code) => !shown.includes(`[${code}]`))).toEqual([]);
  });
});
