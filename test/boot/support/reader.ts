import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabClient } from '../../support/lab.ts';

const PROGRAM = fileURLToPath(new URL('reader.mjs', import.meta.url));

/** A program on the lab's network that reads until it is stopped. */
export class Reader {
  readonly #log: string;
  readonly #end = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(client: LabClient, directory: string, url: string) {
    this.#log = join(directory, 'reader.json');
    const command = [process.execPath, PROGRAM, this.#log, url];
    this.#ended = client.exec(command, { signal: this.#end.signal, timeoutSeconds: 3600 });
  }

  /** `failed`: also at the second try. */
  async stop(): Promise<{ readonly reads: number; readonly retried: number; readonly failed: number }> {
    this.#end.abort();
    await this.#ended;
    return JSON.parse(readFileSync(this.#log, 'utf8'));
  }
}
