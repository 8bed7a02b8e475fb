import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, type RunOptions } from '../test/support/process.ts';
import type { Requirement } from '../test/support/requirements.ts';
import type { Sample } from './result.ts';

/** The program that {@link measure} needs. */
export const TIME: Requirement = { tool: 'time', package: 'time' };

/** The start of Node alone: what every command pays, and a measure of the machine. */
export const NODE = 'node -e 0';

export function measureNode(directory: string): Promise<Sample> {
  return measure([process.execPath, '-e', '0'], { directory });
}

export type MeasureOptions = RunOptions & {
  /** Directory for the report of time(1). */
  readonly directory: string;
};

/** Measures a program from fork to exit. Throws if it fails. Child processes count for the memory. */
export async function measure(
  [program, ...args]: readonly [string, ...string[]],
  { directory, ...options }: MeasureOptions,
): Promise<Sample> {
  const report = join(directory, 'time');
  const start = performance.now();
  await mustRun('time', ['-f', '%M', '-o', report, program, ...args], { timeoutSeconds: 900, ...options });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, peakMegabytes: (Number(readFileSync(report, 'utf8')) * 1024) / 1e6 };
}
