import { batchExpression, inParts, splitBatch } from './batch.ts';
import { substitute, type VariableValues } from './expression.ts';
import { type Line, type Prometheus, Refused, type Sample } from './prometheus.ts';
import type { TimeRange } from './time-range.ts';

/** Expressions of one request: more would make one slow query keep too many panels waiting. */
const BATCH = 8;
/** Requests at once; a browser has six connections for a server, and the rest of the page wants one. */
const AT_ONCE = 5;

type Waiting = {
  readonly expression: string;
  readonly resolve: (samples: readonly Sample[]) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * What the panels of a page ask for one time range and one choice of variables. Equal questions are asked once; instant
 * questions of the same moment travel together. `signal` ends all of it.
 */
export class Load {
  readonly range: TimeRange;
  readonly values: VariableValues;
  readonly signal: AbortSignal;
  readonly #server: Prometheus;
  readonly #known = new Map<string, Promise<unknown>>();
  readonly #queue: (() => Promise<unknown>)[] = [];
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(server: Prometheus, range: TimeRange, values: VariableValues, signal: AbortSignal) {
    this.#server = server;
    this.range = range;
    this.values = values;
    this.signal = signal;
  }

  /** Values of an expression at the end of the range. */
  instant(expression: string): Promise<readonly Sample[]> {
    const full = substitute(expression, this.values);
    return this.#once(`instant ${full}`, () => this.#wait(full));
  }

  /** Values of an expression in the range. */
  lines(expression: string): Promise<readonly Line[]> {
    const full = substitute(expression, this.values);
    return this.#once(`range ${full}`, () =>
      this.#inTurn(() => this.#server.range(full, this.range, this.signal)),
    );
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) as Promise<T> | undefined;
    if (known) return known;
    const asked = ask();
    this.#known.set(key, asked);
    return asked;
  }

  #wait(expression: string): Promise<readonly Sample[]> {
    if (this.#waiting.length === 0) queueMicrotask(() => this.#send());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ expression, resolve, reject });
    });
  }

  #send(): void {
    const parts = inParts(this.#waiting, BATCH);
    this.#waiting = [];
    for (const part of parts) void this.#sendBatch(part);
  }

  /** A batch is refused if one of its expressions is; then each is asked alone, and those that can be answered are. */
  async #sendBatch(part: readonly Waiting[]): Promise<void> {
    try {
      const samples = await this.#ask(batchExpression(part.map(({ expression }) => expression)));
      for (const [index, answer] of splitBatch(samples, part.length).entries()) part[index]?.resolve(answer);
    } catch (reason) {
      if (part.length > 1 && reason instanceof Refused) {
        for (const one of part) this.#ask(one.expression).then(one.resolve, one.reject);
      } else for (const { reject } of part) reject(reason);
    }
  }

  #ask(expression: string): Promise<readonly Sample[]> {
    return this.#inTurn(() => this.#server.instant(expression, this.range.to, this.signal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => work().then(resolve, reject));
      this.#next();
    });
  }

  #next(): void {
    if (this.#running >= AT_ONCE) return;
    const work = this.#queue.shift();
    if (!work) return;
    this.#running += 1;
    void work().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }
}
