import { type Sha256, sha256 } from '../model/brand.ts';
import type { Addresses } from './apt-root.ts';

/** A package from apt's solver: {@link LockedPackage} without the requester. */
export type SolvedPackage = {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly size: number;
  readonly sha256: Sha256;
  readonly archive: string;
  readonly path: string;
};

const URI_LINE = /^'([^']+)' (\S+) (\d+) SHA256:([0-9a-f]{64})$/;

/**
 * Packages from `apt-get install --print-uris`: `'<uri>' <name>_<version>_<arch>.deb <bytes> SHA256:<hex>`, where the
 * version's colon is written `%3a`. Other lines are ignored.
 */
export function parsePrintUris(output: string, addresses: Addresses): SolvedPackage[] {
  return output.split('\n').flatMap((line) => {
    const [, uri, file, size, hash] = URI_LINE.exec(line) ?? [];
    if (!uri || !file || !size || !hash) return [];
    const [name = '', version = '', arch = ''] = file
      .replace(/\.deb$/, '')
      .split('_')
      .map(decodeURIComponent);
    const [archive, base] = [...addresses].find(([, address]) => uri.startsWith(address)) ?? ['', ''];
    const path = decodeURIComponent(uri.slice(base.length)).replace(/^\/+/, '');
    return [{ name, version, arch, size: Number(size), sha256: sha256(hash), archive, path }];
  });
}

/** Names of packages that can be installed, from `apt-cache policy <names>`. */
export function parseCandidates(output: string): Set<string> {
  const names = new Set<string>();
  let current = '';
  for (const line of output.split('\n')) {
    if (/^\S.*:$/.test(line)) current = line.slice(0, -1);
    const [, candidate] = /^ {2}Candidate: (.+)$/.exec(line) ?? [];
    if (candidate !== undefined && candidate !== '(none)') names.add(current);
  }
  return names;
}

/** apt's errors on one line, without the prefix `E: `; if there are none, its warnings. */
export function aptErrors(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const errors = lines.filter(
    (line) => line.startsWith('E: ') && !line.startsWith('E: Some index files failed'),
  );
  const chosen = errors.length > 0 ? errors : lines.filter((line) => line !== '');
  return chosen.map((line) => line.replace(/^[EWN]: /, '')).join('; ');
}

/** A dpkg status file with packages that the solver treats as installed (deb-control(5)), also for `:any` dependencies. */
export function absentStatus(names: readonly string[], architecture: string): string {
  const stanza = (name: string) =>
    [
      `Package: ${name}`,
      'Status: install ok installed',
      `Architecture: ${architecture}`,
      'Multi-Arch: allowed',
      'Version: 9999:0',
      'Maintainer: none',
      'Description: left out of images',
    ].join('\n');
  return names.map((name) => `${stanza(name)}\n\n`).join('');
}
