import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import type { Platform } from '../../generator/distributions/distribution.ts';
import type { SignedSource } from '../../generator/model/lock.ts';
import { makePackage, type PackageRecipe } from './packages.ts';

/** What the server does with a request for a path that ends with the key. `cut` closes after that many bytes, once. */
type Fault = { readonly kind: 'missing' } | { readonly kind: 'cut'; bytes: number; times: number };

/** A signed Debian archive of a test's own packages, served on the loopback interface. */
export type TestArchive = {
  readonly address: string;
  readonly platform: Platform;
  /** The archive as an inventory adds it. */
  readonly source: SignedSource;
  readonly directory: string;
  readonly faults: Map<string, Fault>;
  /** Requests so far: path and Range header. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[];
  /** `change` is called with the file of each package before the index is written. */
  publish(packages: readonly PackageRecipe[], change?: (file: string) => void): void;
  close(): Promise<void>;
};

/** Starts the archive `debian`, suite `test`, component `main`, with a new key. */
export async function startArchive(directory: string): Promise<TestArchive> {
  mkdirSync(join(directory, 'pool'), { recursive: true });
  const keyring = makeKey(directory);
  const faults = new Map<string, Fault>();
  const requests: { path: string; range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', range: request.headers.range });
    answer(directory, faults, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}/`;
  const key = gpg(directory, ['--armor', '--export']);
  return {
    address,
    source: { archive: 'ours', platform: 'test', address, suite: 'test', component: 'main', key },
    platform: {
      name: 'test',
      architecture: 'amd64',
      solver: 'apt',
      keyring,
      suites: [{ archive: 'debian', suite: 'test', component: 'main' }],
    },
    directory,
    faults,
    requests,
    publish: (packages, change) => publish(directory, packages, change),
    close: async () => {
      execFileSync('gpgconf', ['--homedir', join(directory, 'gpg'), '--kill', 'all'], { stdio: 'ignore' });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function publish(
  directory: string,
  packages: readonly PackageRecipe[],
  change?: (file: string) => void,
): void {
  const stanzas = packages.map((one) => {
    const { file } = makePackage(join(directory), one);
    const control = execFileSync('dpkg-deb', ['--field', file], { encoding: 'utf8' }).trimEnd();
    const published = join(directory, 'pool', basename(file));
    copyFileSync(file, published);
    change?.(published);
    const bytes = readFileSync(published);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return `${control}\nFilename: pool/${basename(file)}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`;
  });
  const index = join(directory, 'dists/test/main/binary-amd64');
  mkdirSync(index, { recursive: true });
  // Each stanza ends with an empty line: apt 2.6 cannot go back to a last one without it.
  const text = stanzas.map((one) => `${one}\n`).join('');
  writeFileSync(join(index, 'Packages'), text);
  const hash = createHash('sha256').update(text).digest('hex');
  const head =
    'Origin: Test\nLabel: Debian\nSuite: test\nCodename: test\nArchitectures: amd64\nComponents: main\n';
  const date = `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}\n`;
  const sums = `SHA256:\n ${hash} ${Buffer.byteLength(text)} main/binary-amd64/Packages\n`;
  writeFileSync(join(directory, 'Release'), head + date + sums);
  const sign = (release: string) =>
    gpg(directory, ['--yes', '--output', release, '--clearsign', join(directory, 'Release')]);
  sign(join(directory, 'dists/test/InRelease'));
  // And as one folder without suites.
  writeFileSync(join(directory, 'Packages'), text);
  writeFileSync(join(directory, 'Release'), head + date + sums.replace('main/binary-amd64/', ''));
  sign(join(directory, 'InRelease'));
}

function makeKey(directory: string): string {
  mkdirSync(join(directory, 'gpg'), { mode: 0o700 });
  gpg(directory, ['--passphrase', '', '--quick-gen-key', 'test archive', 'ed25519', 'sign', 'never']);
  const keyring = join(directory, 'key.gpg');
  gpg(directory, ['--output', keyring, '--export']);
  return keyring;
}

function gpg(directory: string, args: readonly string[]): string {
  const options = ['--homedir', join(directory, 'gpg'), '--batch', '--quiet', '--pinentry-mode', 'loopback'];
  return execFileSync('gpg', [...options, ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

function answer(
  directory: string,
  faults: ReadonlyMap<string, Fault>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = decodeURIComponent(request.url ?? '');
  const fault = [...faults].find(([name]) => path.endsWith(name))?.[1];
  const content = fault?.kind === 'missing' ? undefined : readIfExists(join(directory, path));
  if (!content) {
    response.writeHead(404).end();
    return;
  }
  const lastModified = 'Sat, 01 Jan 2000 00:00:00 GMT';
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === lastModified;
  const [, from] = (isSame && /^bytes=(\d+)-$/.exec(request.headers.range ?? '')) || [];
  const start = from === undefined ? 0 : Number(from);
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  const headers = {
    'content-length': content.length - start,
    'last-modified': lastModified,
    'content-range': range,
  };
  const { 'content-range': _, ...whole } = headers;
  response.writeHead(from === undefined ? 200 : 206, from === undefined ? whole : headers);
  if (fault?.kind === 'cut' && fault.times-- > 0) {
    response.write(content.subarray(start, start + fault.bytes), () => response.socket?.destroySoon());
  } else response.end(content.subarray(start));
}

function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
