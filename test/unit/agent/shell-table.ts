import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../generator/effects/package-root.ts';
import { quoteShell } from '../../../generator/text/quote.ts';
import { mustRun } from '../../support/process.ts';

/** Debian's shell, and another one that every Debian has. */
export const SHELLS = ['dash', 'bash --posix'] as const;

/** A call, what it reads, what it prints (without the last line break) and, if not 0, its exit code. */
export type Row = {
  readonly call: readonly [name: string, ...args: string[]];
  readonly input?: string;
  readonly prints?: string;
  readonly code?: number;
};

/**
 * The rows with what really came out, from one process for the whole table: `part` of the agent is read alone, under
 * `set -eu`, so a function that uses a variable of another part fails. `files` are in the working directory.
 */
export async function runTable(
  shell: (typeof SHELLS)[number],
  part: string,
  rows: readonly Row[],
  files: Readonly<Record<string, string>> = {},
): Promise<Row[]> {
  const source = readFileSync(join(packageRoot, 'units/agent/script', `${part}.sh`), 'utf8');
  const directory = mkdtempSync(join(tmpdir(), 'pigsty-agent-part-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const script = [source, ...rows.map(rowScript)].join('\n');
    writeFileSync(join(directory, 'script'), script);
    const [program, ...options] = [...shell.split(' '), '-u', 'script'];
    const env = { PATH: process.env.PATH, LC_ALL: 'C' };
    const printed = await mustRun(program ?? 'sh', options, { cwd: directory, env });
    return readRows(rows, printed.split('\0'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function rowScript({ call, input = '' }: Row): string {
  const command = call.map(quoteShell).join(' ');
  return `printf %s ${quoteShell(input)} | (set -e; ${command}) 2>&1; printf '\\0%s\\0' "$?"`;
}

/** Output and exit code follow each other. */
function readRows(rows: readonly Row[], printed: readonly string[]): Row[] {
  return rows.map((row, index) => {
    const { prints: _, code: __, ...asked } = row;
    const prints = (printed[2 * index] ?? '').replace(/\n$/, '');
    const code = Number(printed[2 * index + 1] ?? 'NaN');
    return { ...asked, ...(prints !== '' && { prints }), ...(code !== 0 && { code }) };
  });
}
