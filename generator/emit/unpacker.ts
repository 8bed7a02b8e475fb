import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/**
 * Opens packages one after the other in one shell, which costs less than two new processes of ours a package:
 * dpkg-deb writes straight to files, so this process never copies what is only on its way. A line in is the package
 * and the name of the result, a line out the status and what dpkg-deb said.
 */
const SCRIPT = `set -f
while IFS='	' read -r package result; do
  words=$({
    dpkg-deb --ctrl-tarfile "$package" >"$result.control" && dpkg-deb --fsys-tarfile "$package" >"$result.archive"
  } 2>&1)
  echo $? $words
done`;

export type Unpacker = {
  /** Writes `<result>.control` and `<result>.archive`, both uncompressed tars. Throws {@link UnpackFailed}. */
  unpack(packageFile: string, result: string): Promise<void>;
  close(): void;
};

/** dpkg-deb's own words about a package that it could not open. */
export class UnpackFailed extends Error {
  override readonly name = 'UnpackFailed';
}

export function startUnpacker(): Unpacker {
  const shell: ChildProcessByStdio<Writable, Readable, null> = spawn('sh', ['-c', SCRIPT], {
    // Several run side by side: a thread more each for one archive would only cost time.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', DPKG_DEB_THREADS_MAX: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  shell.stdin.on('error', () => undefined);
  shell.on('error', () => undefined);
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    async unpack(packageFile, result) {
      shell.stdin.write(`${packageFile}\t${result}\n`);
      const answer = await answers.next();
      const [status, ...words] = answer.done
        ? ['', 'the shell that runs dpkg-deb has ended']
        : answer.value.split(' ');
      if (status !== '0') throw new UnpackFailed(words.join(' '));
    },
    close: () => shell.stdin.end(),
  };
}
