import type { Paint } from '../diagnostics/print.ts';
import type { Progress, ProgressStep } from '../effects/progress.ts';

const STYLE = { error: '31;1', warning: '33;1', notice: '36', dim: '2', bold: '1' } as const;

/** Colour where it is wanted: `NO_COLOR` forbids, `FORCE_COLOR` demands, a terminal decides (no-color.org). */
export function painter(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Paint {
  const forced = environment.FORCE_COLOR !== undefined || environment.CLICOLOR_FORCE !== undefined;
  const wanted = environment.NO_COLOR ? false : forced || stream.isTTY === true;
  return wanted ? (style, text) => `\u001b[${STYLE[style]}m${text}\u001b[0m` : (_style, text) => text;
}

type Output = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

/** Steps as one line that is rewritten on a terminal, or one line at the end of each step elsewhere. */
export function terminalProgress(output: Output, now: () => number): Progress {
  return {
    step(name, total, unit = 'count') {
      return output.isTTY
        ? new LiveStep(output, name, total, unit, now)
        : new PlainStep(output, name, total, unit, now);
    },
  };
}

class PlainStep implements ProgressStep {
  protected units = 0;
  protected readonly started: number;

  constructor(
    protected readonly output: Output,
    protected readonly name: string,
    protected readonly total: number | undefined,
    protected readonly unit: 'bytes' | 'count',
    protected readonly now: () => number,
  ) {
    this.started = now();
  }

  advance(units: number, _label?: string): void {
    this.units += units;
  }

  done(): void {
    if (this.units > 0) this.output.write(`${this.line()}\n`);
  }

  protected line(label = ''): string {
    const seconds = Math.max(0.001, (this.now() - this.started) / 1000);
    const show = (value: number) => (this.unit === 'bytes' ? formatBytes(value) : String(value));
    const share = this.total === undefined ? show(this.units) : `${show(this.units)} of ${show(this.total)}`;
    const rate = this.unit === 'bytes' ? `, ${formatBytes(this.units / seconds)}/s` : '';
    return `${this.name}: ${share} in ${seconds.toFixed(1)} s${rate}${label ? `  ${label}` : ''}`;
  }
}

class LiveStep extends PlainStep {
  #drawn = 0;

  override advance(units: number, label = ''): void {
    super.advance(units);
    if (this.now() - this.#drawn < 50) return;
    this.#drawn = this.now();
    const width = this.output.columns ?? 80;
    this.output.write(`\r\u001b[K${this.line(label).slice(0, width - 1)}`);
  }

  override done(): void {
    this.output.write('\r\u001b[K');
    super.done();
  }
}

/** `1.2 MB`; powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
