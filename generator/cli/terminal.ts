import type { Paint } from '../diagnostics/print.ts';
import type { Progress, ProgressStep } from '../effects/progress.ts';

const STYLE = { error: '31;1', warning: '33;1', notice: '36', dim: '2', bold: '1' } as const;

/** Colour if stream is a terminal; `NO_COLOR` turns it off, `FORCE_COLOR` turns it on (no-color.org). */
export function painter(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const forced = environment.FORCE_COLOR !== undefined || environment.CLICOLOR_FORCE !== undefined;
  const hasColour = environment.NO_COLOR ? false : forced || stream.isTTY === true;
  return hasColour ? (style, text) => `\u001b[${STYLE[style]}m${text}\u001b[0m` : (_style, text) => text;
}

type Output = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

const ERASE_LINE = '\r\u001b[K';
const BAR_WIDTH = 24;
const REDRAW_MILLISECONDS = 100;

/** Steps with a line on the terminal. */
const live = new Set<LiveStep>();

/** Erases progress lines before an error message. */
export function eraseProgress(): void {
  for (const step of live) step.stop();
}

/** On a terminal, one line for each step, redrawn; elsewhere, one line at the end of each step. */
export function terminalProgress(output: Output, now: () => number): Progress {
  return {
    step(name, total, unit = 'count') {
      const step = { name, total, unit };
      return output.isTTY ? new LiveStep(output, step, now) : new PlainStep(output, step, now);
    },
  };
}

type Step = {
  readonly name: string;
  readonly total: number | undefined;
  readonly unit: 'bytes' | 'count';
};

class PlainStep implements ProgressStep {
  protected units = 0;
  readonly #started: number;

  constructor(
    protected readonly output: Output,
    protected readonly step: Step,
    protected readonly now: () => number,
  ) {
    this.#started = now();
  }

  advance(units: number, _label?: string): void {
    this.units += units;
  }

  done(): void {
    if (this.units > 0) this.output.write(`${this.step.name}: ${this.amount()} in ${this.pace()}\n`);
  }

  /** `41 of 98`; `98` at the end. */
  protected amount(): string {
    const { total, unit } = this.step;
    const show = (value: number) => (unit === 'bytes' ? formatBytes(value) : String(value));
    return total === undefined || total === this.units
      ? show(this.units)
      : `${show(this.units)} of ${show(total)}`;
  }

  /** `3.2 s`; for bytes also the rate. */
  protected pace(): string {
    const seconds = Math.max(0.001, (this.now() - this.#started) / 1000);
    const rate = this.step.unit === 'bytes' ? `, ${formatBytes(this.units / seconds)}/s` : '';
    return `${seconds.toFixed(1)} s${rate}`;
  }
}

/** `unpack [########................] 41.3 MB of 123.8 MB  3.4 s, 12.1 MB/s  libllvm19`, redrawn by a timer. */
class LiveStep extends PlainStep {
  #label = '';
  readonly #timer: NodeJS.Timeout;

  constructor(output: Output, step: Step, now: () => number) {
    super(output, step, now);
    live.add(this);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MILLISECONDS).unref();
    this.#draw();
  }

  override advance(units: number, label = ''): void {
    super.advance(units);
    this.#label = label;
  }

  override done(): void {
    this.stop();
    super.done();
  }

  stop(): void {
    clearInterval(this.#timer);
    if (live.delete(this)) this.output.write(ERASE_LINE);
  }

  #draw(): void {
    const { name, total } = this.step;
    const bar = total ? ` [${barOf(this.units / total)}]` : '';
    const line = `${name}${bar} ${this.amount()}  ${this.pace()}  ${this.#label}`;
    this.output.write(`${ERASE_LINE}${line.slice(0, (this.output.columns ?? 80) - 1)}`);
  }
}

function barOf(share: number): string {
  const full = Math.min(BAR_WIDTH, Math.floor(share * BAR_WIDTH));
  return '#'.repeat(full) + '.'.repeat(BAR_WIDTH - full);
}

/** `1.2 MB`; powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
