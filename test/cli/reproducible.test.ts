import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeFailure, run } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { firstDifference, listing } from '../support/tree-listing.ts';

/* The same inventory, lock and keys give the same output, independent of place and user. */
const workshop = new Workshop('meta');
afterAll(() => workshop.remove());

it('gives the same output in another directory, time zone, language and home, with another umask, without network', async () => {
  await workshop.build();
  const other = join(workshop.directory, 'some where', 'else');
  workshop.copyTo(other);
  const home = join(workshop.directory, 'home');
  const kept = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pigsty', 'packages');
  mkdirSync(join(home, '.cache', 'pigsty'), { recursive: true });
  cpSync(kept, join(home, '.cache', 'pigsty', 'packages'), { recursive: true });
  const program = join(root, 'dist', 'pigsty.js');
  const script = `umask 0027; cd "$1" && exec "$2" "$3" build meta.yml --frozen -q -o "$4"`;
  const out = join(other, 'out');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TZ: 'Asia/Kathmandu',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
  };
  const command = ['--net', 'sh', '-c', script, 'sh', other, process.execPath, program, out];
  const result = await run('unshare', command, { env, timeoutSeconds: 300 });
  expect(result.code, describeFailure('build', result)).toBe(0);
  const first = listing(join(workshop.directory, 'out', 'meta'));
  expect(first.length).toBeGreaterThan(80);
  expect(firstDifference(first, listing(join(out, 'meta')))).toBeUndefined();
});

it('the comparison fails on a difference', () => {
  const a = join(workshop.directory, 'a');
  mkdirSync(a);
  writeFileSync(join(a, 'file'), 'one');
  const before = listing(a);
  writeFileSync(join(a, 'file'), 'two');
  expect(firstDifference(before, listing(a))).toMatch(/^file /);
});
