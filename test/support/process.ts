import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** What a finished program left: its exit code (128 + n when signal n ended it, as in sh) and both outputs as UTF-8. */
export type RunResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** Replaces the environment; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default 120. At the limit the program and its children are killed and the code is {@link TIMED_OUT}. */
  readonly timeoutSeconds?: number;
  /** Ends the program and its children early; the code is then 137. */
  readonly signal?: AbortSignal;
};

/** The code of timeout(1). */
export const TIMED_OUT = 124;
const DEFAULT_TIMEOUT_SECONDS = 120;

/** Every program has a process group of its own, so one signal reaches its children too. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(killGroup));

/**
 * The result of running `command` to its end, without a shell. Only a program that cannot be started rejects: a
 * non-zero code is a result like any other.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, detached: true });
  const limit = watch(child, options);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on('error', () => undefined); // EPIPE of a program that does not read its input
  child.stdin.end(options.input);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      limit.clear();
      reject(error);
    });
    child.on('close', (code, signal) => {
      limit.clear();
      const note = limit.expired() ? `\n${command}: timed out after ${limit.seconds} s\n` : '';
      const status = limit.expired() ? TIMED_OUT : (code ?? 128 + (signal ? constants.signals[signal] : 0));
      resolve({ code: status, stdout: stdout(), stderr: stderr() + note });
    });
  });
}

/** The standard output of a program that has to succeed; throws with both outputs when its code is not 0. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new Error(describeFailure([command, ...args].join(' '), result));
  return result.stdout;
}

/** What a person needs to see of a failed program: the command (shortened), its code, both outputs. */
export function describeFailure(command: string, result: RunResult): string {
  const shown = command.length > 400 ? `${command.slice(0, 400)}…` : command;
  return `code ${result.code}: ${shown}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`;
}

/** Deletes a tree, but nothing that is mounted below it; a missing one is no error. Throws when a mount keeps it. */
export function removeTree(path: string): void {
  execFileSync('rm', ['-rf', '--one-file-system', '--', path], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

type Limit = { readonly seconds: number; clear(): void; expired(): boolean };

function watch(child: ChildProcess, { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, signal }: RunOptions): Limit {
  let expired = false;
  running.add(child);
  const abort = () => killGroup(child);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => {
    expired = true;
    abort();
  }, timeoutSeconds * 1000);
  return {
    seconds: timeoutSeconds,
    expired: () => expired,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      running.delete(child);
    },
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
