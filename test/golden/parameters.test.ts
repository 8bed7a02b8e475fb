import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaText } from '../../generator/cli/schema.ts';
import { inventorySchema } from '../../generator/modules/inventory-schema.ts';
import { parameterPage } from '../../generator/modules/parameter-page.ts';
import { parameterTables } from '../../generator/modules/parameters.ts';
import { root } from '../support/product.ts';

/* What is made of the parameter tables and stands in the repository: `npm run golden` renews it. */
const pages = join(root, 'docs/parameters');

describe('made of the parameter tables', () => {
  it.each(parameterTables)('docs/parameters/$module.md', async (table) => {
    await expect(parameterPage(table)).toMatchFileSnapshot(join(pages, `${table.module}.md`));
  });

  it('no page of a module that is gone', () => {
    expect(readdirSync(pages).sort()).toEqual(parameterTables.map(({ module }) => `${module}.md`).sort());
  });

  it('blueprints/inventory.schema.json', async () => {
    await expect(schemaText(inventorySchema())).toMatchFileSnapshot(
      join(root, 'blueprints/inventory.schema.json'),
    );
  });
});
