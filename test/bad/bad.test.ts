import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { maskedLines } from '../../generator/diagnostics/mask.ts';
import { printDiagnostic, sortDiagnostics } from '../../generator/diagnostics/print.ts';
import { ruleCodes } from '../../generator/diagnostics/rule.ts';

/* One folder per case: `inventory.yml`, and `expected.txt` with exactly what is printed. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Small inventories leave passwords to the defaults: that warning is shown where it is the case. */
const PUBLISHED = 'site/published-password';

function findings(text: string, name: string): string {
  const lines = maskedLines(text);
  const result = compile(text, 'inventory.yml', 'inventory');
  return sortDiagnostics(result.diagnostics)
    .filter(({ code }) => code !== PUBLISHED || name === 'published-password')
    .map((found) => printDiagnostic(found, () => lines))
    .join('\n');
}

describe('wrong inventories', () => {
  it.each(cases)('%s', async (name) => {
    const text = readFileSync(`${folder}${name}/inventory.yml`, 'utf8');
    await expect(findings(text, name)).toMatchFileSnapshot(`${folder}${name}/expected.txt`);
  });

  it('cover every code of the compiler', () => {
    const shown = cases.map((name) => readFileSync(`${folder}${name}/expected.txt`, 'utf8')).join('');
    expect(ruleCodes().filter((code) => !shown.includes(`[${code}]`))).toEqual([]);
  });
});
