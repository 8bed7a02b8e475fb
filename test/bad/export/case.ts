import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BadCase, Scene } from '../../support/bad-case.ts';

/* The only case that uses the archives and the cache of this machine: it builds a site. */
const run: BadCase = async (scene) => {
  const { HOME, XDG_CACHE_HOME, PIGSTY_MIRROR_DEBIAN, PIGSTY_MIRROR_DEBIAN_SECURITY, http_proxy } =
    process.env;
  const machine = { HOME, XDG_CACHE_HOME, PIGSTY_MIRROR_DEBIAN, PIGSTY_MIRROR_DEBIAN_SECURITY, http_proxy };
  const exported = (ip: string) => scene.pigsty(`export inventory.yml -q --host ${ip} -o host.tar`);
  const unbuilt = await exported('10.10.10.11');
  // Before the build that is shown, so that the cache has everything and no progress is to be told.
  await scene.pigsty('build inventory.yml -q -o warm', machine);
  rmSync(scene.path('inventory.lock.json'));
  rmSync(scene.path('inventory.pki'), { recursive: true });
  const built = await scene.pigsty('build inventory.yml', machine);
  const unknown = await exported('10.10.10.11');
  const text = readFileSync(scene.path('inventory.yml'), 'utf8');
  writeFileSync(scene.path('inventory.yml'), `${text}# edited\n`);
  const stale = await exported('10.10.10.10');
  writeFileSync(scene.path('inventory.yml'), text);
  damageAgent(scene);
  const damaged = await exported('10.10.10.10');
  removeArtifact(scene);
  return [unbuilt, built, unknown, stale, damaged, await exported('10.10.10.10')].join('\n');
};

function blobs(scene: Scene): string[] {
  const directory = scene.path('out', 'inventory', 'blobs', 'sha256');
  return readdirSync(directory).map((name) => join(directory, name));
}

/** One letter of the agent, and as many bytes as before. */
function damageAgent(scene: Scene): void {
  for (const blob of blobs(scene)) {
    const text = readFileSync(blob, 'latin1');
    if (text.startsWith('#!/bin/sh')) writeFileSync(blob, text.replace('#!/bin/sh', '#!/bin/SH'), 'latin1');
  }
}

/** The manifest of the host's bundle. */
function removeArtifact(scene: Scene): void {
  for (const blob of blobs(scene)) {
    const start = readFileSync(blob, 'latin1').slice(0, 2000);
    if (start.includes('"artifactType":"application/vnd.pigsty.bundle.v1"')) rmSync(blob);
  }
}

export default run;
