import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../effects/package-root.ts';
import { type EmitContext, type EmittedHost, HostEmitter, type HostJob } from './host-emitter.ts';

export type ThreadResult =
  | { readonly hosts: readonly EmittedHost[] }
  | { readonly error: { readonly [K in ErrorPart]: NodeJS.ErrnoException[K] | undefined } };

type ErrorPart = 'message' | 'stack' | 'code' | 'path';

/** With fewer hosts, starting a thread takes longer than it saves. */
const MIN_HOSTS_PER_THREAD = 64;
const MAX_THREADS = 3;
/** A thread has the next group in its queue while it writes one. */
const QUEUED_GROUPS = 2;

/** Emits the hosts of a site on this thread; for many hosts also on worker threads. */
export class EmitThreads {
  readonly #own: HostEmitter;
  readonly #threads: readonly EmitThread[];
  readonly #emitted: Promise<readonly EmittedHost[]>[] = [];

  constructor(context: EmitContext, hosts: number) {
    this.#own = new HostEmitter(context);
    const count = Math.min(Math.floor(hosts / MIN_HOSTS_PER_THREAD), availableParallelism() - 1, MAX_THREADS);
    this.#threads = Array.from({ length: count }, () => new EmitThread(context));
  }

  /** Emits a group of hosts. Resolves when the caller can add the next group. */
  async add(jobs: readonly HostJob[]): Promise<void> {
    const thread = this.#threads.find(({ pending }) => pending < QUEUED_GROUPS);
    const emitted = (thread ?? this.#own).emit(jobs);
    this.#emitted.push(emitted);
    // `finish` reports the errors of threads.
    if (thread) emitted.catch(() => undefined);
    else await emitted;
    // Emitting is synchronous: let the event loop run, so that results of threads arrive.
    await turn();
  }

  /** All hosts in the order of `add`. Throws the first error of a thread. */
  async finish(): Promise<readonly EmittedHost[]> {
    return (await Promise.all(this.#emitted)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

type Pending = { resolve(hosts: readonly EmittedHost[]): void; reject(cause: unknown): void };

/** A worker thread. Its results arrive in the order of the jobs. */
class EmitThread {
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  /** The error that ended the thread. */
  #fault: unknown;

  constructor(context: EmitContext) {
    this.#worker = new Worker(join(packageRoot, 'dist', 'emit-worker.js'), { workerData: context });
    this.#worker.on('message', (result: ThreadResult) => {
      const next = this.#pending.shift();
      if ('hosts' in result) next?.resolve(result.hosts);
      else next?.reject(Object.assign(new Error(), result.error));
    });
    this.#worker.on('error', (cause) => {
      this.#fault = cause;
      for (const next of this.#pending.splice(0)) next.reject(cause);
    });
  }

  get pending(): number {
    return this.#pending.length;
  }

  emit(jobs: readonly HostJob[]): Promise<readonly EmittedHost[]> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#worker.postMessage(jobs);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
