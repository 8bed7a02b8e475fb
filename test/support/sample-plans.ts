import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../generator/compile.ts';
import type { SitePlan } from '../../generator/model/plan.ts';
import { root } from './product.ts';

/** What the samples name. */
const FILES = new Map([['plain.sql', 'select 1;\n']]);

/** The names of the blueprints. */
export const blueprints = readdirSync(join(root, 'blueprints'))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.replace('.yml', ''));

/** The plans of all blueprints and of the inventories of test/contract/sites, which use what blueprints do not. */
export function samplePlans(): SitePlan[] {
  const folders = ['blueprints', 'test/contract/sites'].map((folder) => join(root, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => join(folder, name)),
  );
  return files.map((file) => {
    const compiled = compile(readFileSync(file, 'utf8'), file, 'sample', FILES);
    if (!compiled.ok) throw new Error(`${file}: ${compiled.diagnostics.map((d) => d.message).join('; ')}`);
    return compiled.value.plan;
  });
}
