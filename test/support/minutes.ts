import { relative } from 'node:path';
import type { TestModule } from 'vitest/node';
import { root } from './product.ts';

/** Files that take less are one line together. */
const SHORT_SECONDS = 5;

/** How long each test file took, slowest first: a table as text. Two files may run at a time. */
export function minutesPerFile(modules: readonly TestModule[]): string {
  const files = modules
    .map((module) => ({ name: relative(root, module.moduleId), seconds: secondsOf(module) }))
    .sort((one, other) => other.seconds - one.seconds);
  const slow = files.filter(({ seconds }) => seconds >= SHORT_SECONDS);
  const rest = files.slice(slow.length);
  const lines = [
    ...slow.map(({ name, seconds }) => row(seconds, name)),
    row(sum(rest), `${rest.length} other files`),
    row(sum(files), 'all files, one after the other'),
  ];
  return ` minutes  file\n${lines.join('')}`;
}

/** Tests and hooks, and the time before the first one. */
function secondsOf(module: TestModule): number {
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return (collectDuration + setupDuration + duration) / 1000;
}

function sum(files: readonly { readonly seconds: number }[]): number {
  return files.reduce((total, { seconds }) => total + seconds, 0);
}

function row(seconds: number, name: string): string {
  return `${(seconds / 60).toFixed(1).padStart(8)}  ${name}\n`;
}
