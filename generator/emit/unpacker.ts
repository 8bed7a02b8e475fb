import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Distribution } from '../distributions/distribution.ts';

/**
 * Unpacks packages one after the other in one shell, which is faster than two processes per package. The unpacker writes
 * to files: this process does not copy intermediate data. An input line has the package and the name of the result; the
 * output is the unpacker's messages, then a line with END and the exit status.
 */
const END = '\u0004';
const OPEN: Readonly<Record<Distribution['unpacker'], string>> = {
  'dpkg-deb':
    'dpkg-deb --ctrl-tarfile "$package" >"$result.control" && dpkg-deb --fsys-tarfile "$package" >"$result.archive"',
};

function script(unpacker: Distribution['unpacker']): string {
  return `exec 2>&1
while IFS='	' read -r package result; do
  ${OPEN[unpacker]}
  echo "${END}$?"
done`;
}

export type Unpacker = {
  /** Writes `<result>.control` and `<result>.archive`, both uncompressed tars. Throws {@link UnpackFailed}. */
  unpack(packageFile: string, result: string): Promise<void>;
  close(): void;
};

/** A package that the unpacker cannot open, with its error message. */
export class UnpackFailed extends Error {
  override readonly name = 'UnpackFailed';
}

export function startUnpacker(name: Distribution['unpacker']): Unpacker {
  const shell: ChildProcessByStdio<Writable, Readable, null> = spawn('sh', ['-c', script(name)], {
    // Several unpackers run in parallel: more threads for one archive would cost time.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', DPKG_DEB_THREADS_MAX: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  shell.stdin.on('error', () => undefined);
  shell.on('error', () => undefined);
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    async unpack(packageFile, result) {
      shell.stdin.write(`${packageFile}\t${result}\n`);
      const output: string[] = [];
      for (let line = await answers.next(); !line.done; line = await answers.next()) {
        if (line.value === `${END}0`) return;
        if (line.value.startsWith(END)) throw new UnpackFailed(output.join(' '));
        output.push(line.value.trim());
      }
      throw new UnpackFailed('the shell that runs the unpacker has ended');
    },
    close: () => shell.stdin.end(),
  };
}
