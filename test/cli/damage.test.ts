import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Scene } from '../support/bad-case.ts';
import { root } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { buildSample } from '../support/sample-image.ts';

/* One byte of the cache, or of a blob in out/, has changed; its size has not. */
const skipped = skipReason('apt-get', 'dpkg-deb', 'gpg');

const packages = [{ name: 'library', files: { 'usr/lib/library.so': { text: 'library' } } }];

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

it.skipIf(skipped)(`a changed byte is found, and made good${skipped ? ` (${skipped})` : ''}`, async () => {
  const scene = new Scene(join(root, 'test', 'bad', 'build-package-broken'));
  const blobs = scene.path('blobs');
  const contents = () => new Map(filesIn(blobs).map((file) => [file, readFileSync(file, 'hex')]));
  let damaged = 0;
  try {
    const printed = await buildSample(scene, {
      packages,
      afterBuild: async (again) => {
        const whole = contents();
        const expectSame = async (file: string) => {
          expect(await again(), file).toEqual([]);
          expect(contents(), file).toEqual(whole);
          damaged += 1;
        };
        for (const file of whole.keys()) {
          flip(file);
          await expectSame(file);
        }
        for (const room of ['members', 'layers', 'images']) {
          for (const file of filesIn(scene.path('cache', room))) {
            flip(file);
            // Without blobs, every content is read.
            rmSync(blobs, { recursive: true });
            await expectSame(file);
          }
        }
      },
    });
    expect(printed).toBe('');
    expect(damaged).toBeGreaterThanOrEqual(8);
  } finally {
    scene.remove();
  }
});
