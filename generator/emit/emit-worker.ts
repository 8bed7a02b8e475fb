import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadResult } from './emit-threads.ts';
import { HostEmitter, type HostJob } from './host-emitter.ts';

/* A worker thread of a build: it receives groups of hosts and replies to each when the files are written. */
const emitter = new HostEmitter(workerData);

parentPort?.on('message', async (jobs: readonly HostJob[]) => {
  parentPort?.postMessage(await emit(jobs));
});

/** Returns errors as data: a posted Error loses its code and path. */
async function emit(jobs: readonly HostJob[]): Promise<ThreadResult> {
  try {
    return { hosts: await emitter.emit(jobs) };
  } catch (cause) {
    const { message, stack, code, path } = cause as NodeJS.ErrnoException;
    return { error: { message, stack, code, path } };
  }
}
