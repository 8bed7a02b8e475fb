import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../effects/package-root.ts';
import { type EmitContext, type EmittedHost, HostEmitter, type HostOrder } from './host-emitter.ts';

export type ThreadAnswer =
  | { readonly hosts: readonly EmittedHost[] }
  | { readonly error: { readonly [K in ErrorPart]: NodeJS.ErrnoException[K] | undefined } };

type ErrorPart = 'message' | 'stack' | 'code' | 'path';

/** A thread takes as long to start as some hosts take to be written. */
const HOSTS_WORTH_A_THREAD = 64;
const MOST_THREADS = 3;
/** While a thread writes one group it has the next at hand. */
const GROUPS_AT_HAND = 2;

/** Emits a site's hosts on this thread, and where they are many on the other processors too. */
export class EmitThreads {
  readonly #own: HostEmitter;
  readonly #threads: readonly EmitThread[];
  readonly #emitted: Promise<readonly EmittedHost[]>[] = [];

  constructor(context: EmitContext, hosts: number) {
    this.#own = new HostEmitter(context);
    const wanted = Math.min(
      Math.floor(hosts / HOSTS_WORTH_A_THREAD),
      availableParallelism() - 1,
      MOST_THREADS,
    );
    this.#threads = Array.from({ length: wanted }, () => new EmitThread(context));
  }

  /** Takes a group of hosts; done when the next one may come. */
  async add(orders: readonly HostOrder[]): Promise<void> {
    const thread = this.#threads.find(({ waiting }) => waiting < GROUPS_AT_HAND);
    const emitted = (thread ?? this.#own).emit(orders);
    this.#emitted.push(emitted);
    // What a thread could not do is said by `finish`.
    if (thread) emitted.catch(() => undefined);
    else await emitted;
    // Emitting waits for nothing: without a turn of the event loop, no answer of a thread would ever be heard.
    await turn();
  }

  /** All hosts in the order in which they came. Throws what any thread has thrown. */
  async finish(): Promise<readonly EmittedHost[]> {
    return (await Promise.all(this.#emitted)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

type Waiting = { resolve(hosts: readonly EmittedHost[]): void; reject(cause: unknown): void };

/** Answers come in the order of the questions. */
class EmitThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  /** What ended the thread itself; it answers nothing any more. */
  #end: unknown;

  constructor(context: EmitContext) {
    this.#worker = new Worker(join(packageRoot, 'dist', 'emit-worker.js'), { workerData: context });
    this.#worker.on('message', (answer: ThreadAnswer) => {
      const next = this.#waiting.shift();
      if ('hosts' in answer) next?.resolve(answer.hosts);
      else next?.reject(Object.assign(new Error(), answer.error));
    });
    this.#worker.on('error', (cause) => {
      this.#end = cause;
      for (const next of this.#waiting.splice(0)) next.reject(cause);
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  emit(orders: readonly HostOrder[]): Promise<readonly EmittedHost[]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(orders);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
