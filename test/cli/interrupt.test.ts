import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf, largeInventory } from '../support/large-inventory.ts';
import { isCompleteLayout } from '../support/layout.ts';
import { type LocalMirror, mirrorOf } from '../support/local-mirror.ts';
import { pigsty, root, Workshop, withUniquePasswords } from '../support/product.ts';
import { firstDifference, listing } from '../support/tree-listing.ts';

/* A build that is ended at any moment is incomplete, and the next one completes it with the same output. */
const POLL_MILLISECONDS = 5;

/** Moments are defined by files on the disk, so they do not depend on the speed of the machine. */
const MOMENTS = {
  'packages arrive': (_site: string, cache: string) =>
    count(join(cache, 'pigsty', 'packages', 'partial')) > 10,
  'the first packages are unpacked': (_site: string, cache: string) =>
    count(join(cache, 'pigsty', 'members')) > 2,
  'most packages are unpacked': (_site: string, cache: string) =>
    count(join(cache, 'pigsty', 'members')) > 120,
  'the first layer is written': (site: string) => count(join(site, 'blobs', 'sha256')) > 0,
  'layers are written': (site: string) => count(join(site, 'blobs', 'sha256')) > 4,
  'the files of a host are written': (site: string) => count(join(site, 'hosts')) > 0,
};

type Case = [signal: 'SIGINT' | 'SIGKILL', moment: keyof typeof MOMENTS];

const MORE: Case[] = [
  ['SIGKILL', 'the first packages are unpacked'],
  ['SIGKILL', 'the first layer is written'],
];

const CASES: Case[] = [
  ['SIGINT', 'packages arrive'],
  ['SIGINT', 'layers are written'],
  ['SIGKILL', 'most packages are unpacked'],
  ['SIGKILL', 'the files of a host are written'],
  ...(process.env.PIGSTY_TEST_LONG ? MORE : []),
];

let workshop: Workshop;
let mirror: LocalMirror;
let whole: string[];

beforeAll(async () => {
  workshop = new Workshop('meta', withUniquePasswords);
  await workshop.build();
  mirror = mirrorOf(join(workshop.directory, 'meta.lock.json'), join(workshop.directory, 'mirror'));
  whole = listing(join(workshop.directory, 'out', 'meta'));
});
afterAll(() => workshop?.remove());

function count(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch {
    return 0;
  }
}

/**
 * Sends the signal to the build and its children, as a terminal does, at the moment; answers what it exited with,
 * -1 for death by a signal, and all that it said.
 */
async function interrupted(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  end: { readonly signal: 'SIGINT' | 'SIGKILL'; isNow(pid: number): boolean },
): Promise<{ code: number; said: string }> {
  const program = join(root, 'dist', 'pigsty.js');
  const child = spawn(process.execPath, [program, ...command], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('node cannot be started');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const timer = setInterval(() => {
    if (!end.isNow(pid)) return;
    clearInterval(timer);
    process.kill(-pid, end.signal);
  }, POLL_MILLISECONDS);
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  clearInterval(timer);
  return { code, said };
}

it.each(CASES)('%s while %s', async (signal, moment) => {
  const directory = mkdtempSync(join(workshop.directory, 'run-'));
  const cache = join(directory, 'cache');
  const site = join(directory, 'out', 'meta');
  const env = mirror.environment(cache);
  const command = ['build', workshop.inventory, '--frozen', '-o', join(directory, 'out')];
  const isNow = () => MOMENTS[moment](site, cache);
  const ended = await interrupted(command, env, { signal, isNow });
  expect(ended, ended.said).toMatchObject({ code: signal === 'SIGINT' ? 130 : -1 });
  expect(ended.said).not.toMatch(/^site /m);
  expect(isCompleteLayout(site)).toBe(false);
  const next = await pigsty(command, { env });
  expect(next.stderr).not.toMatch(/^(error|warning)/m);
  expect(next.code).toBe(0);
  expect(firstDifference(whole, listing(site))).toBeUndefined();
  expect(isCompleteLayout(site)).toBe(true);
  expect(leftovers(join(cache, 'pigsty')).join(' ')).toBe('');
});

it('SIGINT ends a verb that only computes at once', async () => {
  const inventory = join(workshop.directory, 'large.yml');
  writeFileSync(inventory, largeInventory(600));
  const command = ['explain', addressOf(0), 'etc/hosts', '-i', inventory];
  const isNow = (pid: number) => processorSeconds(pid) > 1;
  const ended = await interrupted(command, {}, { signal: 'SIGINT', isNow });
  expect(ended).toEqual({ code: -1, said: '' });
});

/** User time of a process, in hundredths on every Linux (proc(5), field 14 of stat). */
function processorSeconds(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(fields.split(' ')[11]) / 100;
}

/** Files under temporary names. `packages/partial` may keep one: apt's transports end a little after apt. */
function leftovers(cache: string): string[] {
  const inside = (name: string, isLeft: (file: string) => boolean) =>
    readdirSync(join(cache, name)).filter(isLeft);
  return [
    ...inside('members', (file) => file.startsWith('.')),
    ...inside('packages/sha256', (file) => !/^[0-9a-f]{64}\.deb$/.test(file)),
  ];
}
