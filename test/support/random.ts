import { execFileSync } from 'node:child_process';

/**
 * The seed of this run. `PIGSTY_TEST_SEED` sets it; otherwise every commit has its own, so that the samples of many
 * commits together cover everything. A copy without git has a constant one. Throws when the variable is no number.
 */
export const SEED = readSeed(process.env.PIGSTY_TEST_SEED ?? seedOfCommit());

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`PIGSTY_TEST_SEED is no whole number: ${text}`);
  return seed;
}

function seedOfCommit(): string {
  try {
    const head = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `0x${head.slice(0, 7)}`;
  } catch {
    return '20240609';
  }
}

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` items of a list, in the list's order, chosen by `random`; all of them when there are not more. */
export function sample<T>(items: readonly T[], count: number, random: () => number): readonly T[] {
  const left = [...items];
  while (left.length > count) left.splice(Math.floor(random() * left.length), 1);
  return left;
}
