import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/product.ts';

export type RestorePage = Record<'check' | 'restore' | 'start' | 'carry' | 'remove' | 'whole', string>;

/** The commands of docs/restore.md as they stand there, written for stanza pg-meta and database meta. */
export function restorePage(): RestorePage {
  const text = readFileSync(join(root, 'docs/restore.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  const [check, restore, start, carry, remove, whole, ...others] = blocks;
  if (whole === undefined || others.length > 0) throw new Error('docs/restore.md has six blocks of shell');
  return { check, restore, start, carry, remove, whole } as RestorePage;
}
