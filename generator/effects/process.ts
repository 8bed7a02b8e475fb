import { spawn } from 'node:child_process';

export type ProcessResult = {
  /** Exit status; 127 if the program does not exist, 128 if a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a program to its end, with messages in English; never rejects. */
export function runProcess(
  program: string,
  args: readonly string[],
  environment: Environment,
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const env = { ...environment, LC_ALL: 'C', LANGUAGE: '' };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (cause) => resolve({ status: 127, stdout, stderr: cause.message }));
    child.on('close', (status) => resolve({ status: status ?? 128, stdout, stderr }));
  });
}
