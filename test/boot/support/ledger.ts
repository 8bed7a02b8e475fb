import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabClient } from '../../support/lab.ts';
import { describeFailure, type RunResult } from '../../support/process.ts';

/** One row that a server has said it committed. Times in ms; `server` is the start of the PostgreSQL that said so. */
export type Ack = {
  readonly n: number;
  readonly sent: number;
  readonly acked: number;
  readonly server: string;
};

/** 128 + SIGKILL. */
const KILLED = 137;
const WRITER = fileURLToPath(new URL('writer.mjs', import.meta.url));

/** A program on the lab's network that commits rows until it is stopped. */
export class Writer {
  readonly #log: string;
  readonly #end = new AbortController();
  readonly #ended: Promise<RunResult>;

  /** Rows are numbered from `first`, which keeps two writers apart. */
  constructor(client: LabClient, directory: string, name: string, url: string, first: number) {
    this.#log = join(directory, `${name}-${first}.jsonl`);
    const command = [process.execPath, WRITER, JSON.stringify({ log: this.#log, url, first })];
    this.#ended = client.exec(command, { signal: this.#end.signal, timeoutSeconds: 7200 });
  }

  get acks(): readonly Ack[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    return lines.map((line): Ack => JSON.parse(line));
  }

  /** Throws when it has ended before, by an error of its own. */
  async stop(): Promise<readonly Ack[]> {
    this.#end.abort();
    const result = await this.#ended;
    if (result.code !== KILLED) throw new Error(describeFailure('writer', result));
    return this.acks;
  }
}

/** Seconds of the longest time without an acknowledgement between `since` and `end` (ms). */
export function longestGap(acks: readonly Ack[], since: number, end: number): number {
  const times = [since, ...acks.map(({ acked }) => acked).filter((time) => time >= since), end];
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return Math.max(0, ...gaps) / 1000;
}

/**
 * Rows that a server took after another one, started later or promoted later, had already taken some: two nodes that
 * accept writes at once. A row counts from when it was sent.
 */
export function acceptedByTwo(acks: readonly Ack[]): readonly Ack[] {
  const order = [...acks].sort((a, b) => a.acked - b.acked);
  const servers = [...new Set(order.map(({ server }) => server))];
  const firstAck = new Map(
    servers.map((server) => [server, order.find((ack) => ack.server === server)?.acked ?? 0]),
  );
  return order.filter((ack) => {
    const later = servers.slice(servers.indexOf(ack.server) + 1);
    return later.some((server) => ack.sent > (firstAck.get(server) ?? 0));
  });
}
