import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { root } from './product.ts';

const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n';
/** What the samples name. */
const readFiles = () =>
  succeed(
    new Map([
      ['plain.sql', 'select 1;\n'],
      ['ours.asc', KEY],
    ]),
  );

/** The names of the blueprints. */
export const blueprints = readdirSync(join(root, 'blueprints'))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.replace('.yml', ''));

/** The hosts' plans of all blueprints and of the inventories of test/contract/sites, which use other parameters than the blueprints. */
export function samplePlans(): HostPlan[] {
  const folders = ['blueprints', 'test/contract/sites'].map((folder) => join(root, folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yml'))
      .map((name) => join(folder, name)),
  );
  return files.flatMap((file) => {
    const compiled = compile(readFileSync(file, 'utf8'), file, 'sample', readFiles);
    if (!compiled.ok) throw new Error(`${file}: ${compiled.diagnostics.map((d) => d.message).join('; ')}`);
    return [...compiled.value.plan.hosts].map(({ plan }) => plan);
  });
}
