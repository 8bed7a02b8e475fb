import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Configurations and manifests are small JSON; other blobs of a layout are not parsed. */
const JSON_LIMIT = 50_000;

/** Whether an OCI layout has an index.json and every blob that it refers to, with the right checksum. */
export function isCompleteLayout(directory: string): boolean {
  const index = join(directory, 'index.json');
  if (!existsSync(index)) return false;
  const queue = digestsIn(readFileSync(index, 'utf8'));
  const seen = new Set<string>();
  for (let hex = queue.pop(); hex !== undefined; hex = queue.pop()) {
    if (seen.has(hex)) continue;
    seen.add(hex);
    const blob = join(directory, 'blobs', 'sha256', hex);
    if (!existsSync(blob)) return false;
    const bytes = readFileSync(blob);
    if (createHash('sha256').update(bytes).digest('hex') !== hex) return false;
    if (bytes.length < JSON_LIMIT && bytes[0] === 0x7b) queue.push(...digestsIn(bytes.toString('utf8')));
  }
  return seen.size > 0;
}

/** Descriptors' digests, and diff ids: layers are not compressed, so these name blobs too. */
function digestsIn(text: string): string[] {
  return [...text.matchAll(/"sha256:([0-9a-f]{64})"/g)].map(([, hex]) => hex ?? '');
}
