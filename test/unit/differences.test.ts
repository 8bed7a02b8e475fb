import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parameterByName } from '../../generator/modules/parameters.ts';
import { root } from '../support/product.ts';

/* docs/differences.md says what a parameter's default is here. */
describe('docs/differences.md', () => {
  const [, table = ''] = readFileSync(join(root, 'docs/differences.md'), 'utf8').split('## ');
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \| (.*?) \|/gm)].map(([, name, pigsty, here]) => ({
    name,
    pigsty,
    here,
  }));

  it('has rows', () => expect(rows.length).toBeGreaterThan(4));

  it.each(rows.filter(({ here }) => /^(`[^`]*`|\d+)$/.test(here ?? '')))(
    '$name is $here',
    ({ name = '', pigsty, here = '' }) => {
      expect(String(parameterByName.get(name)?.row.default)).toBe(here.replaceAll('`', ''));
      expect(pigsty).not.toBe(here);
    },
  );
});
