import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import * as z from 'zod';
import { rule } from '../diagnostics/rule.ts';
import { readTextIfExists } from '../effects/files.ts';
import type { Progress } from '../effects/progress.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import { LAYOUT_FILE } from '../oci/layout.ts';
import { ENTRY_TIME } from '../oci/tar-header.ts';

const rules = {
  notBuilt: rule<{ directory: string }>('export/not-built', {
    severity: 'error',
    message: ({ directory }) => `there is no finished build in ${directory}`,
    help: () => 'run `pigsty build` first',
  }),
  noHost: rule<{ host: string; known: string }>('export/no-host', {
    severity: 'error',
    message: ({ host }) => `the build has no host ${host}`,
    help: ({ known }) => `it has: ${known}`,
  }),
};

const Descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof Descriptor>;
const Index = z.object({ manifests: z.array(Descriptor) });
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });

export type ExportedHost = { readonly file: string; readonly bundle: string; readonly bytes: number };

/** One member of the tar: text, or a blob of the layout. */
type Member = {
  readonly path: string;
  readonly mode: number;
  readonly digest: string;
  readonly size: number;
  readonly text?: string;
};

/**
 * Writes one host's bundle (docs/bundle.md, "What is shipped") to `file`, whole or not at all. The same build gives the
 * same bytes. Diagnostics: export/not-built, export/no-host.
 */
export async function exportHost(
  directory: string,
  host: string,
  file: string,
  progress: Progress,
): Promise<Result<ExportedHost>> {
  const indexText = await readTextIfExists(join(directory, 'index.json'));
  if (indexText === undefined)
    return { ok: false, diagnostics: [rules.notBuilt.at(undefined, { directory })] };
  const { manifests } = Index.parse(JSON.parse(indexText));
  const bundle = manifests.find((entry) => entry.annotations?.['io.pigsty.host'] === host);
  if (!bundle) {
    const known = manifests.flatMap((entry) => entry.annotations?.['io.pigsty.host'] ?? []).join(', ');
    return { ok: false, diagnostics: [rules.noHost.at(undefined, { host, known })] };
  }
  const members = await collect(directory, manifests, bundle);
  const bytes = await writeTar(directory, members, file, progress);
  const manifest = members.find((member) => member.path === 'bundle');
  return succeed({ file, bundle: `sha256:${manifest?.digest}`, bytes });
}

async function collect(
  directory: string,
  manifests: readonly Descriptor[],
  bundle: Descriptor,
): Promise<Member[]> {
  const artifact = await readManifest(directory, bundle);
  const [lineManifest, , secrets, agent] = artifact.layers;
  if (!lineManifest || !agent) throw new Error(`${directory}: the bundle of this host is incomplete`);
  const lines = await readFile(blobPath(directory, lineManifest.digest), 'utf8');
  const names = lines
    .split('\n')
    .filter((line) => line.startsWith('image '))
    .map((line) => line.split(' ')[1]);
  const images = manifests.filter((entry) =>
    names.includes(entry.annotations?.['org.opencontainers.image.ref.name']),
  );
  const blobs = new Map<string, Member>();
  for (const entry of [...images, bundle]) {
    const { config, layers } = await readManifest(directory, entry);
    for (const part of [entry, config, ...layers]) {
      blobs.set(part.digest, blobMember(part, part.digest === secrets?.digest ? 0o600 : 0o644));
    }
  }
  const index = `${JSON.stringify({ schemaVersion: 2, manifests: [...images, bundle] }, null, 2)}\n`;
  const members = [
    { ...blobMember(agent, 0o755), path: 'pigsty-agent' },
    { ...blobMember(lineManifest, 0o644), path: 'bundle' },
    textMember('oci-layout', LAYOUT_FILE),
    textMember('index.json', index),
    ...[...blobs.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
  ];
  const [first, second, ...rest] = members;
  return [first, second, checksums(members), ...rest].filter((member) => member !== undefined);
}

async function readManifest(directory: string, { digest }: Descriptor): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await readFile(blobPath(directory, digest), 'utf8')));
}

function blobPath(directory: string, digest: string): string {
  return join(directory, 'blobs', 'sha256', digest.replace('sha256:', ''));
}

function blobMember({ digest, size }: Descriptor, mode: number): Member {
  const hex = digest.replace('sha256:', '');
  return { path: `blobs/sha256/${hex}`, mode, digest: hex, size };
}

function textMember(path: string, text: string): Member {
  return { path, mode: 0o644, digest: sha256Of(text), size: Buffer.byteLength(text), text };
}

/** `<hex>  <path>` sorted by path, and a last line that proves the others. */
function checksums(members: readonly Member[]): Member {
  const sorted = [...members].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = sorted.map(({ digest, path }) => `${digest}  ${path}\n`).join('');
  return textMember('SHA256SUMS', `${lines}end ${sha256Of(lines)}\n`);
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function writeTar(
  directory: string,
  members: readonly Member[],
  file: string,
  progress: Progress,
): Promise<number> {
  const total = members.reduce((sum, member) => sum + member.size, 0);
  const step = progress.step('export', total, 'bytes');
  const temporary = `${file}.tmp`;
  const tar = pack();
  const written = pipeline(tar, createWriteStream(temporary, { mode: 0o600 }));
  try {
    for (const member of members) {
      await addMember(tar, directory, member);
      step.advance(member.size, member.path);
    }
    tar.finalize();
    await written;
    await rename(temporary, file);
  } catch (cause) {
    tar.destroy();
    await written.catch(() => undefined);
    await rm(temporary, { force: true });
    throw cause;
  } finally {
    step.done();
  }
  return total;
}

async function addMember(
  tar: Pack,
  directory: string,
  { path, mode, digest, size, text }: Member,
): Promise<void> {
  const header = { name: path, mode, size, uid: 0, gid: 0, mtime: new Date(ENTRY_TIME * 1000) };
  const entry = tar.entry(header);
  if (text !== undefined) entry.end(text);
  else await pipeline(createReadStream(blobPath(directory, digest), { highWaterMark: 1 << 20 }), entry);
}
