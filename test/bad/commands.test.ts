import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BadCase, Scene, withoutVolatile } from '../support/bad-case.ts';
import { skipReason } from '../support/requirements.ts';

/* One folder per case: `case.ts` breaks something real, `expected.txt` is exactly what is then printed. Needs dist/. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const cases = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/case.ts`));

const skipped = skipReason('mount', 'apt-get', 'dpkg-deb', 'gpg');

describe.skipIf(skipped)(`what goes wrong outside of the inventory${skipped ? ` (${skipped})` : ''}`, () => {
  it.each(cases)('%s', async (name) => {
    const { default: run }: { default: BadCase } = await import(`${folder}${name}/case.ts`);
    const scene = new Scene(`${folder}${name}`);
    try {
      const printed = withoutVolatile(await run(scene), scene);
      await expect(printed).toMatchFileSnapshot(`${folder}${name}/expected.txt`);
    } finally {
      scene.remove();
    }
  });
});
