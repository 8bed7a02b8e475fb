import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer } from './emit-threads.ts';
import { HostEmitter, type HostOrder } from './host-emitter.ts';

/* A thread of a build: it is sent groups of hosts, and answers each when its files are written. */
const emitter = new HostEmitter(workerData);

parentPort?.on('message', async (orders: readonly HostOrder[]) => {
  parentPort?.postMessage(await answer(orders));
});

/** An error loses its code and path on the way to another thread. */
async function answer(orders: readonly HostOrder[]): Promise<ThreadAnswer> {
  try {
    return { hosts: await emitter.emit(orders) };
  } catch (cause) {
    const { message, stack, code, path } = cause as NodeJS.ErrnoException;
    return { error: { message, stack, code, path } };
  }
}
