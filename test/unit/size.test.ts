import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bytesOf } from '../../generator/text/size.ts';

it.each([
  ['64MiB', 67_108_864],
  ['1.5 GB', 1_500_000_000],
  ['3k', 3072],
  [4096, 4096],
  ['0', 0],
])('%s is %s bytes', (size, bytes) => {
  expect(bytesOf(size)).toBe(bytes);
});

it.each(['7', '7K', '7KB', '7KiB', '2MB', '2M'])('%s has the size that fallocate computes', (size) => {
  const directory = mkdtempSync(join(tmpdir(), 'pigsty-size-'));
  const file = join(directory, 'file');
  execFileSync('fallocate', ['-l', size, file]);
  expect(bytesOf(size)).toBe(statSync(file).size);
  rmSync(directory, { recursive: true });
});
