import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportHost } from '../../../generator/bundle/export-host.ts';
import { tarSink } from '../../../generator/bundle/tar.ts';
import { exitCodeFor } from '../../../generator/cli/exit-codes.ts';
import { silent } from '../../../generator/effects/progress.ts';
import type { Blob } from '../../../generator/oci/blob.ts';
import { blobPath } from '../../../generator/oci/layout.ts';
import { isCompleteLayout } from '../../support/layout.ts';
import { HOSTS, type sampleSite, writeSampleSite } from '../../support/sample-layout.ts';

let directory: string;
let site: ReturnType<typeof sampleSite>;
let tar: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pigsty-export-'));
  site = writeSampleSite(directory);
  tar = join(directory, 'host.tar');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ship = () => exportHost(directory, HOSTS[0], tarSink(tar), silent);
const pathOf = ({ descriptor }: Blob) => join(directory, blobPath(descriptor));
const rest = () => readdirSync(directory).filter((name) => name.startsWith('host.tar'));

it('writes the files of one host, and none of other hosts', async () => {
  const { manifest } = site.bundles[0].parts;
  const { digest } = manifest.descriptor;
  const folder = `${HOSTS[0]}-${digest.replace('sha256:', '').slice(0, 12)}`;
  expect(await ship()).toMatchObject({ ok: true, value: { bundle: digest, folder } });
  const inTar = execFileSync('tar', ['tf', tar], { encoding: 'utf8' }).trim().split('\n');
  const names = inTar.map((name) => name.replace(`${folder}/`, ''));
  expect(names.slice(0, 5)).toEqual(['pigsty-agent', 'bundle', 'SHA256SUMS', 'oci-layout', 'index.json']);
  const mine = [site.base, site.etcd, site.bundles[0]].flatMap(({ blobs }) => blobs);
  const paths = new Set(mine.map(({ descriptor }) => blobPath(descriptor)));
  expect(names.slice(5)).toEqual([...paths].sort());
  execFileSync('tar', ['xf', tar], { cwd: directory });
  const unpacked = join(directory, folder);
  expect(isCompleteLayout(unpacked)).toBe(true);
  const sums = readFileSync(join(unpacked, 'SHA256SUMS'), 'utf8').replace(/^end .*\n/m, '');
  execFileSync('sha256sum', ['--check', '--strict', '--quiet'], { cwd: unpacked, input: sums });
  const { secrets } = site.bundles[0].parts;
  expect(statSync(join(unpacked, blobPath(secrets.descriptor))).mode & 0o777).toBe(0o600);
  expect(statSync(tar).mode & 0o777).toBe(0o600);
});

describe('a blob of the build', () => {
  const changeByte = (path: string) => {
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  const blobs: readonly [string, () => Blob | undefined][] = [
    ['a layer', () => site.etcd.blobs.at(-1)],
    ['the secrets', () => site.bundles[0].parts.secrets],
    ['the agent', () => site.bundles[0].parts.agent],
    ['the line manifest', () => site.bundles[0].parts.manifest],
    ["an image's manifest", () => site.base.blobs[0]],
    ["the artifact's manifest", () => site.bundles[0].blobs[0]],
  ];
  const damages: readonly [string, (path: string) => void, string][] = [
    ['has another byte', changeByte, 'bundle/wrong-hash'],
    ['is cut short', (path) => truncateSync(path, 1), 'bundle/wrong-hash'],
    ['has a byte more', (path) => appendFileSync(path, 'x'), 'bundle/wrong-hash'],
    ['is gone', (path) => rmSync(path), 'bundle/incomplete'],
  ];
  const cases = blobs.flatMap(([name, find]) =>
    damages.map(([what, damage, code]) => ({ name, find, what, damage, code })),
  );

  it.each(cases)('$name $what', async ({ find, damage, code }) => {
    const blob = find();
    if (!blob) throw new Error('the sample has no such blob');
    damage(pathOf(blob));
    const result = await ship();
    expect(result.diagnostics.map((found) => found.code)).toEqual([code]);
    expect(result.diagnostics[0]?.message).toContain(pathOf(blob));
    expect(rest()).toEqual([]);
  });

  it('of another host is not read', async () => {
    for (const blob of site.bundles[1].blobs.slice(2, 5)) rmSync(pathOf(blob));
    expect((await ship()).ok).toBe(true);
  });

  it('does not change an older tar', async () => {
    writeFileSync(tar, 'older');
    changeByte(pathOf(site.bundles[0].parts.secrets));
    await ship();
    expect(readFileSync(tar, 'utf8')).toBe('older');
    expect(rest()).toEqual(['host.tar']);
  });
});

describe('index.json', () => {
  const codes = async () => (await ship()).diagnostics.map(({ code }) => code);

  it('is missing: nothing has been built', async () => {
    rmSync(join(directory, 'index.json'));
    expect(await codes()).toEqual(['export/not-built']);
  });

  it.each(['', '{}', '{"manifests":[{"mediaType":"x","digest":"sha256:../../etc","size":1}]}'])(
    'is %j',
    async (text) => {
      writeFileSync(join(directory, 'index.json'), text);
      expect(await codes()).toEqual(['bundle/incomplete']);
    },
  );
});

it('a wrong checksum has its own exit code', () => {
  expect(exitCodeFor(['bundle/wrong-hash'])).toBe(4);
  expect(exitCodeFor(['bundle/incomplete'])).toBe(2);
});
