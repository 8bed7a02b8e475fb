import { inventorySchema } from '../modules/inventory-schema.ts';

/** `pigsty schema`: JSON Schema (draft-07) of inventories, on stdout. */
export function runSchema(): void {
  process.stdout.write(`${JSON.stringify(inventorySchema(), null, 1)}\n`);
}
