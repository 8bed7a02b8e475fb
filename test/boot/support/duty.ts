import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabClient } from '../../support/lab.ts';

const PROGRAM = fileURLToPath(new URL('duty.mjs', import.meta.url));

type Labels = Readonly<Record<string, string>>;

/** A message about one alert: the route groups by all labels. */
export type Notice = {
  /** The infra host that sent it. */
  readonly from: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
};

/** Whoever is on duty: a program on the lab's network that Alertmanager tells its alerts. */
export class Duty {
  readonly #log: string;
  readonly #end = new AbortController();
  readonly #ended: Promise<unknown>;

  /** It listens on the client's address. */
  constructor(client: LabClient, directory: string, port: number) {
    this.#log = join(directory, 'duty.json');
    const command = [process.execPath, PROGRAM, this.#log, client.ip, String(port)];
    this.#ended = client.exec(command, { signal: this.#end.signal, timeoutSeconds: 3600 });
  }

  /** All that was received, in order. */
  notices(): readonly Notice[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    type Message = { readonly from: string; readonly alerts: readonly Omit<Notice, 'from'>[] };
    const messages = lines.map((line): Message => JSON.parse(line));
    return messages.flatMap(({ from, alerts }) => alerts.map((alert) => ({ ...alert, from })));
  }

  /** Those about alerts of this name that have these labels. */
  about(alertname: string, labels: Labels = {}): readonly Notice[] {
    const wanted = Object.entries({ alertname, ...labels });
    return this.notices().filter((notice) => wanted.every(([name, value]) => notice.labels[name] === value));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }
}
