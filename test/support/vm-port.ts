import type { ChildProcess } from 'node:child_process';
import type { RunResult } from './process.ts';

/** The answer to a request that is open at a power cut, as for a program that SIGKILL ended. */
const CUT: RunResult = { code: 137, stdout: '', stderr: 'power cut\n' };

/** The driver's end of the line to lab-control in the machine; vm-image.ts has the protocol. */
export class VmPort {
  /** Resolves to true when the machine has said that it is ready, to false when it ended before. */
  readonly ready: Promise<boolean>;
  readonly #machine: ChildProcess;
  readonly #pending = new Map<string, (result: RunResult) => void>();
  #received = '';
  #next = 0;
  #isReady: (ready: boolean) => void = () => undefined;

  constructor(machine: ChildProcess) {
    this.#machine = machine;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    machine.stdin?.on('error', () => undefined); // the machine is gone; `exit` tells
    machine.stdout?.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    machine.on('exit', () => this.#end());
  }

  /** The result of `sh -e` on `script` in the machine; code 124 after `seconds`, 137 when the machine goes off. */
  request(script: string, seconds: number, input: string | Uint8Array = ''): Promise<RunResult> {
    const id = `${this.#next++}`;
    const [body, data] = [Buffer.from(script), Buffer.from(input)].map((bytes) => bytes.toString('base64'));
    return new Promise((resolve) => {
      if (this.#machine.exitCode !== null || this.#machine.signalCode !== null) return resolve(CUT);
      this.#pending.set(id, resolve);
      this.#machine.stdin?.write(`${id} ${seconds} ${body} ${data}\n`);
    });
  }

  #receive(text: string): void {
    const lines = (this.#received + text).split('\n');
    this.#received = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'ready') this.#isReady(true);
      else this.#settle(line.split(' '));
    }
  }

  #settle([id = '', code, stdout = '', stderr = '']: readonly string[]): void {
    const decode = (field: string) => Buffer.from(field.slice(1), 'base64').toString('utf8');
    this.#pending.get(id)?.({ code: Number(code), stdout: decode(stdout), stderr: decode(stderr) });
    this.#pending.delete(id);
  }

  #end(): void {
    this.#isReady(false);
    for (const resolve of this.#pending.values()) resolve(CUT);
    this.#pending.clear();
  }
}
