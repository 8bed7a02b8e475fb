import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalMirror, mirrorOf } from '../support/local-mirror.ts';
import { run } from '../support/process.ts';
import { pigsty, root, Workshop, withUniquePasswords } from '../support/product.ts';
import { findMissing, skipReason } from '../support/requirements.ts';
import { withTmpfs } from '../support/tmpfs.ts';

/* Progress of a build: bars on a terminal, plain lines elsewhere, and no partial line at the end. */
const missing = findMissing([{ tool: 'script', package: 'bsdutils' }]);
const skipped = missing.length > 0 ? 'missing: script (Debian package bsdutils)' : undefined;
const ERASE = '\r\u001b[K';
const NOTICE = 'notice[node/no-infra] ';

let workshop: Workshop;
let mirror: LocalMirror;

beforeAll(async () => {
  workshop = new Workshop('meta', withUniquePasswords);
  await workshop.build();
  mirror = mirrorOf(join(workshop.directory, 'meta.lock.json'), join(workshop.directory, 'mirror'));
});
afterAll(() => workshop?.remove());

/** Arguments and environment of a build that has to fetch, unpack and assemble everything. */
function completeBuild(): { args: string[]; env: NodeJS.ProcessEnv } {
  const directory = mkdtempSync(join(workshop.directory, 'run-'));
  return {
    args: ['build', workshop.inventory, '--frozen', '-o', join(directory, 'out')],
    env: mirror.environment(join(directory, 'cache')),
  };
}

/** What a pseudo-terminal of 100 columns was sent by a command (script(1)). */
async function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const quoted = [process.execPath, join(root, 'dist', 'pigsty.js'), ...args].map((arg) => `'${arg}'`);
  const command = `stty cols 100; exec ${quoted.join(' ')}`;
  const result = await run('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, ...env, NO_COLOR: '1' },
    timeoutSeconds: 300,
  });
  return result.stdout.replaceAll('\r\n', '\n');
}

/** The lines that stay on the screen, but for the notice: what a line held before it was erased is gone. */
function screen(sent: string): string[] {
  return sent
    .split('\n')
    .map((line) => line.split(ERASE).at(-1) ?? '')
    .filter((line) => line !== '' && !line.startsWith(NOTICE));
}

describe.skipIf(skipped)(`on a terminal${skipped ? ` (${skipped})` : ''}`, () => {
  it('shows a bar with bytes and rate, then one line for each step', async () => {
    const { args, env } = completeBuild();
    const sent = await onTerminal(args, env);
    const drawn = sent.split(/[\n\r]/).map((line) => line.replace('\u001b[K', ''));
    expect(drawn.filter((line) => line.length > 99 && !line.startsWith(NOTICE))).toEqual([]);
    const bar = /^unpack \[#+\.+\] [\d.]+ MB of [\d.]+ MB {2}[\d.]+ s, [\d.]+ [kM]B\/s {2}[a-z]/;
    expect(drawn.filter((line) => bar.test(line)).length).toBeGreaterThan(3);
    expect(screen(sent)).toEqual([
      expect.stringMatching(/^fetch: [\d.]+ MB in [\d.]+ s, [\d.]+ [kM]B\/s$/),
      expect.stringMatching(/^unpack: [\d.]+ MB in [\d.]+ s, [\d.]+ [kM]B\/s$/),
      expect.stringMatching(/^assemble: \d+ in [\d.]+ s$/),
      ...[...Array(8).fill('image'), 'host', 'ports', 'quorum', 'site'].map((word) =>
        expect.stringMatching(new RegExp(`^${word} `)),
      ),
    ]);
  });

  const noRoot = skipReason('mount');
  it.skipIf(noRoot)(
    `prints the progress of a failed step, then the error${noRoot ? ` (${noRoot})` : ''}`,
    async () => {
      const out = join(workshop.directory, 'small');
      await withTmpfs(out, 20_000, async () => {
        const sent = await onTerminal(['build', workshop.inventory, '--frozen', '-o', out], {});
        expect(sent).toContain('assemble [');
        expect(screen(sent)).toEqual([
          expect.stringMatching(/^assemble: \d+ of \d+ in [\d.]+ s$/),
          expect.stringMatching(/^error\[build\/disk-full\] no space left/),
          expect.stringContaining('help: '),
        ]);
      });
    },
  );
});

it('prints one plain line for each step without a terminal', async () => {
  const { args, env } = completeBuild();
  const result = await pigsty(args, { env });
  for (const control of ['\r', '\u001b']) expect(result.stderr).not.toContain(control);
  expect(screen(result.stderr).map((line) => line.split(':')[0])).toEqual([
    ...['fetch', 'unpack', 'assemble'],
  ]);
});
