import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { maskedLines } from '../../generator/diagnostics/mask.ts';
import { printDiagnostic, sortDiagnostics } from '../../generator/diagnostics/print.ts';
import type { Diagnostic } from '../../generator/model/diagnostic.ts';
import { shownKeys } from '../../generator/modules/shown-keys.ts';
import { removeTree } from './process.ts';
import { pigsty } from './product.ts';

/** An address where nothing listens (port 9 is discard, RFC 863). */
export const CLOSED = 'http://127.0.0.1:9/';

/** Small inventories use default passwords: this warning is shown only in its own case. */
export const PUBLISHED = 'site/published-password';

/** The default export of `case.ts`: breaks something at `scene` and returns the output. */
export type BadCase = (scene: Scene) => Promise<string>;

/** A scratch directory with the files of a case's folder, and the real command, run in it. */
export class Scene {
  readonly directory = mkdtempSync(join(tmpdir(), 'pigsty-bad-'));

  constructor(folder: string) {
    const isInput = (path: string) => !['case.ts', 'expected.txt'].includes(basename(path));
    cpSync(folder, this.directory, { recursive: true, filter: isInput });
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  /**
   * The command line and what it prints on stderr, but for the steps and their times. Unless `env` says so, it reaches no archive, and its cache is in the
   * scratch directory.
   */
  async pigsty(line: string | readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const words = typeof line === 'string' ? line.split(' ') : line;
    const home = { HOME: this.directory, XDG_CACHE_HOME: this.path('cache'), PIGSTY_INVENTORY: '' };
    const network = { PIGSTY_MIRROR_DEBIAN: CLOSED, PIGSTY_MIRROR_DEBIAN_SECURITY: CLOSED, http_proxy: '' };
    const { stderr } = await pigsty(words, {
      cwd: this.directory,
      env: { ...home, ...network, ...env },
    });
    const said = stderr.replaceAll(/^[a-z]+: .* in [\d.]+ s\n/gm, '');
    const findings = said.split(/\n(?=\n)/).filter((one) => !one.includes(PUBLISHED));
    return `$ pigsty ${words.join(' ')}\n${findings.join('\n').trim()}\n`;
  }

  remove(): void {
    removeTree(this.directory);
  }
}

/** Diagnostics as a run prints them; `text` is the inventory's. */
export function printAll(diagnostics: readonly Diagnostic[], text = ''): string {
  const lines = maskedLines(text, diagnostics, shownKeys());
  return sortDiagnostics(diagnostics)
    .map((one) => printDiagnostic(one, (file) => (file === 'inventory.yml' ? lines : undefined)))
    .join('\n');
}

/** The text without parts that differ between runs: directories, ports, digests. */
export function withoutVolatile(text: string, { directory }: Scene): string {
  return text
    .replaceAll(directory, '/scratch')
    .replaceAll(/127\.0\.0\.1:\d{4,}/g, '127.0.0.1:PORT')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'SHA256');
}
