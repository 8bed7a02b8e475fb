import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { inventorySchema } from '../../generator/modules/inventory-schema.ts';
import { readYaml } from '../../generator/text/yaml-reader.ts';
import { root } from '../support/product.ts';

/* What an editor says of an inventory, by a JSON Schema checker of others, against what `validate` says. */
const isValid = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
  inventorySchema(),
);
const read = (text: string) => {
  const yaml = readYaml(text, 'inventory.yml');
  return yaml.value(yaml.root);
};
const files = (folder: string, pattern: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));

describe('the schema of inventories', () => {
  it.each([...files('blueprints', /\.yml$/), ...files('test/contract/sites', /\.yml$/)])(
    'takes %s',
    (file) => {
      expect(isValid(read(readFileSync(join(root, file), 'utf8'))), JSON.stringify(isValid.errors)).toBe(
        true,
      );
    },
  );

  it.each(files('test/bad', /inventory\.yml$/))('agrees on values with validate: %s', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const codes = new Set(compile(text, file, 'x').diagnostics.map(({ code }) => code));
    if ([...codes].some((code) => code.startsWith('yaml/'))) return;
    const isForm = [
      'parameter/wrong-type',
      'inventory/bad-address',
      'inventory/no-all',
      'inventory/not-a-mapping',
    ];
    expect(isValid(read(text)), JSON.stringify(isValid.errors)).toBe(!isForm.some((code) => codes.has(code)));
  });

  it('names every parameter with its meaning', () => {
    const { definitions } = inventorySchema() as {
      definitions: { vars: { properties: Record<string, { description?: string }> } };
    };
    expect(definitions.vars.properties.pg_rto).toMatchObject({
      description: expect.stringContaining('in s'),
    });
    expect(definitions.vars.properties.pg_admin_password).not.toHaveProperty('default');
  });
});
