import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainText } from '../../generator/cli/explain.ts';
import { readSite } from '../../generator/compile.ts';
import type { Value } from '../../generator/model/inventory.ts';
import type { Path } from '../../generator/model/origin.ts';
import { parameterByName } from '../../generator/modules/parameters.ts';
import { root } from '../support/product.ts';

/* Every leaf of every value of the sample sites has an origin, and `explain` prints it. */
const files = ['blueprints', 'test/contract/sites', 'test/boot/support'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, name)),
);

function leaves(value: Value, path: Path = []): { path: Path; leaf: Value }[] {
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner as Value, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The words of a leaf as they may stand in YAML. */
function isWritten(leaf: Value, text: string): boolean {
  const bare = text.replace(/^["']|["']$/g, '').replace(/\\(.)/g, '$1');
  // What YAML and schemas make of a word: numbers, booleans, names of the same thing.
  return (
    typeof leaf !== 'string' || bare.includes(leaf) || leaf.includes(bare) || text === '>' || text === '|'
  );
}

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const lines = text.split('\n');
  const site = readSite(text, file, 'sample');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));

  it('has a place for every value', () => {
    let seen = 0;
    for (const { parameters } of site.value.hosts) {
      for (const name of parameterByName.keys()) {
        if (parameters.origin(name).scope === 'default') continue;
        const value = parameters.chain(name)[0]?.value ?? null;
        for (const { path, leaf } of leaves(value)) {
          const place = parameters.place(name, path);
          expect(place?.file, `${name} ${path.join('.')}`).toBe(file);
          const line = lines[(place?.line ?? 0) - 1] ?? '';
          const words = line.slice((place?.column ?? 0) - 1, (place?.column ?? 0) - 1 + (place?.length ?? 0));
          expect(words, `${name} ${path.join('.')}`).not.toBe('');
          expect(isWritten(leaf, words), `${name} ${path.join('.')}: ${String(leaf)} is not ${words}`).toBe(
            true,
          );
          seen += 1;
        }
      }
    }
    expect(seen).toBeGreaterThan(5);
  });

  it('is explained, parameter by parameter', () => {
    for (const host of site.value.hosts) {
      for (const [name, named] of parameterByName) {
        const said = explainText(host, named);
        const { scope } = host.parameters.origin(name);
        const isSet = host.parameters.values[name] !== undefined;
        expect(said, name).toContain(`${name} of ${host.ip} = `);
        if (isSet) expect(said, name).toMatch(new RegExp(`^\\* ${scope}\\b`, 'm'));
        if (isSet && scope !== 'default') expect(said, name).toMatch(new RegExp(`${file}:\\d+:\\d+`));
      }
    }
  });
});
