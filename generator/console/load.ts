import { type Batch, planBatches } from './batch.ts';
import { substitute, type VariableValues } from './expression.ts';
import { type Line, type Prometheus, Refused, type Sample } from './prometheus.ts';
import type { TimeRange } from './time-range.ts';

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
  #isStarting = false;

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
    return new Promise((resolve, reject) => {
      this.#waiting.push({ expression, resolve, reject });
      this.#startSoon();
    });
  }

  /** What is asked in the same moment waits for the end of it. Single values go first: they are at the top of pages. */
  #startSoon(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    queueMicrotask(() => {
      this.#isStarting = false;
      const waiting = new Map(this.#waiting.map((one) => [one.expression, one]));
      this.#waiting = [];
      this.#queue.unshift(
        ...planBatches([...waiting.keys()]).map((batch) => () => this.#sendBatch(batch, waiting)),
      );
      this.#fill();
    });
  }

  /** A batch is refused if one of its expressions is; then each is asked alone, and those that can be answered are. */
  async #sendBatch(batch: Batch, waiting: ReadonlyMap<string, Waiting>): Promise<void> {
    const members = batch.expressions.map((expression) => waiting.get(expression));
    try {
      const samples = await this.#ask(batch.query);
      const parts = batch.split(samples);
      members.forEach((member, index) => {
        member?.resolve(parts[index] ?? []);
      });
    } catch (reason) {
      const isWorthARetry = members.length > 1 && reason instanceof Refused;
      for (const member of members) {
        if (isWorthARetry && member) this.#ask(member.expression).then(member.resolve, member.reject);
        else member?.reject(reason);
      }
    }
  }

  #ask(query: string): Promise<readonly Sample[]> {
    return this.#server.instant(query, this.range.to, this.signal);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => work().then(resolve, reject));
      this.#startSoon();
    });
  }

  #fill(): void {
    while (this.#running < AT_ONCE) {
      const work = this.#queue.shift();
      if (!work) return;
      this.#running += 1;
      void work().finally(() => {
        this.#running -= 1;
        this.#fill();
      });
    }
  }
}
