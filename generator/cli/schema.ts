import { inventorySchema } from '../modules/inventory-schema.ts';

/** `pigsty schema`: JSON Schema (draft-07) of inventories, on stdout. */
export function runSchema(): void {
  process.stdout.write(schemaText(inventorySchema()));
}

export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 1)}\n`;
}
