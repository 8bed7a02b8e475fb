import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSums } from '../../agent/support/bundle-writer.ts';
import { mustRun } from '../../support/process.ts';

/** A change to one file of the configuration; it must change the file. */
export type Patch = { readonly path: string; readonly change: (text: string) => string };

const AGENT = 'bin/pigsty-agent';

/** PostgreSQL does not start: a library that no image has. */
export const NO_LIBRARY: Patch = {
  path: 'etc/patroni/10-patroni.yml',
  change: (text) => text.replace(/(shared_preload_libraries: )(.*)/, '$1$2, no_such_library'),
};

/** The health gate waits shorter for units than the 120 s that a check of the blueprint may take. */
export const SHORT_GATE: Patch = {
  path: AGENT,
  change: (text) =>
    text.replace('gate_seconds=90', 'gate_seconds=30').replace('|| gate_seconds=$seconds', '|| :'),
};

/**
 * Changes a bundle in place, as if the compiler had made it so: what no inventory can ask for, because `build` refuses
 * it. The units in `restarts` get another restart digest, those in `reloads` another reload digest.
 */
export async function patchBundle(
  directory: string,
  patches: readonly Patch[],
  { restarts = [], reloads = [] }: { restarts?: readonly string[]; reloads?: readonly string[] } = {},
): Promise<void> {
  const path = join(directory, 'bundle');
  let manifest = readFileSync(path, 'utf8');
  const old = /^config (\w+)$/m.exec(manifest)?.[1] ?? '';
  const files = mkdtempSync(join(directory, '.files-'));
  await mustRun('tar', ['xf', blob(directory, old), '-C', files]);
  for (const patch of patches) {
    const digest = patchFile(join(files, patch.path), patch);
    manifest = replace(manifest, new RegExp(`^file \\w+( .* ${patch.path} )`, 'm'), `file ${digest}$1`);
    if (patch.path === AGENT) copyFileSync(join(files, AGENT), join(directory, 'pigsty-agent'));
  }
  const packed = join(directory, 'config.tar');
  await mustRun('tar', ['cf', packed, '--owner=0', '--group=0', '--sort=name', '-C', files, '.']);
  const config = sha256(readFileSync(packed));
  rmSync(blob(directory, old));
  renameSync(packed, blob(directory, config));
  rmSync(files, { recursive: true });
  manifest = replace(manifest, `config ${old}`, `config ${config}`);
  for (const unit of restarts)
    manifest = replace(manifest, new RegExp(`^(unit ${unit} \\w+) \\w+ `, 'm'), `$1 ${sha256(config)} `);
  for (const unit of reloads)
    manifest = replace(manifest, new RegExp(`^(unit ${unit} \\w+ \\w+) \\w+ `, 'm'), `$1 ${sha256(config)} `);
  writeFileSync(path, manifest);
  writeSums(directory);
}

function patchFile(path: string, { change }: Patch): string {
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`the patch of ${path} changes nothing`);
  writeFileSync(path, after);
  return sha256(Buffer.from(after));
}

function replace(text: string, found: string | RegExp, by: string): string {
  const replaced = text.replace(found, by);
  if (replaced === text) throw new Error(`the manifest has no ${found}`);
  return replaced;
}

const blob = (directory: string, hash: string): string => join(directory, 'blobs', 'sha256', hash);

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
