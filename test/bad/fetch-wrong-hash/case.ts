import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../../generator/lock/fetch.ts';
import type { BadCase } from '../../support/bad-case.ts';
import { buildSample } from '../../support/sample-image.ts';

const library = { name: 'library', files: { 'usr/lib/library.so': { text: 'library' } } };
const packages = [library];

function changeByte(file: string): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
  writeFileSync(file, bytes);
}

/* A byte that changed in the archive, and one that changed in the cache. */
const run: BadCase = async (scene) => {
  const inArchive = await buildSample(scene, {
    packages,
    beforeFetch: ({ directory }) => changeByte(join(directory, 'pool/library_1.0_amd64.deb')),
  });
  const inCache = await buildSample(scene, {
    packages,
    beforeBuild: ({ platforms: [platform] }) => {
      for (const { sha256 } of platform?.packages ?? []) changeByte(packageFile(scene.path('cache'), sha256));
    },
  });
  return `${inArchive}\n${inCache}`;
};

export default run;
