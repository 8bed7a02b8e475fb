import { join } from 'node:path';
import { BlobFault, layoutBlobs } from '../effects/blob-store.ts';
import { readTextIfExists } from '../effects/files.ts';
import type { Progress } from '../effects/progress.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';
import { blobPath, INPUTS_ANNOTATION } from '../oci/layout.ts';
import { parseIndex } from './documents.ts';
import { bundleFolder } from './files.ts';
import { readShare } from './read-share.ts';
import { bundleRules } from './rules.ts';
import type { Sink } from './sink.ts';

/** `bundle` is the bundle's digest, `folder` the name of its directory, `bytes` the size of its content. */
export type ExportedHost = { readonly bundle: string; readonly folder: string; readonly bytes: number };

/**
 * Writes the bundle of one host, from the built site in `directory`, into the sink. `inputs` are those of the inventory
 * now, which the site must have been built from. Diagnostics: export/not-built, export/stale, export/no-host,
 * bundle/incomplete, bundle/wrong-hash. Throws file system errors.
 */
export async function exportHost(
  directory: string,
  host: string,
  sink: Sink,
  progress: Progress,
  inputs?: string,
): Promise<Result<ExportedHost>> {
  const text = await readTextIfExists(join(directory, 'index.json'));
  if (text === undefined) return failed(bundleRules.notBuilt.at(undefined, { directory }));
  const index = parseIndex(text);
  if (!index) return failed(bundleRules.incomplete.at(undefined, { missing: 'a valid index in index.json' }));
  const builtFrom = index.annotations?.[INPUTS_ANNOTATION];
  if (inputs !== undefined && inputs !== builtFrom)
    return failed(bundleRules.stale.at(undefined, { directory }));
  const blobs = layoutBlobs(directory);
  try {
    const share = await readShare(index, host, blobs);
    if (!share.ok) return share;
    const bytes = await sink(share.value, blobs, progress);
    return succeed({
      bundle: share.value.parts.manifest.digest,
      folder: bundleFolder(share.value),
      bytes,
    });
  } catch (cause) {
    if (!(cause instanceof BlobFault)) throw cause;
    return failed(blobDiagnostic(directory, cause));
  }
}

function blobDiagnostic(directory: string, { fault, descriptor }: BlobFault): Diagnostic {
  const file = join(directory, blobPath(descriptor));
  return fault === 'missing'
    ? bundleRules.incomplete.at(undefined, { missing: file })
    : bundleRules.wrongHash.at(undefined, { file });
}

function failed(diagnostic: Diagnostic): Result<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
