import { basename, dirname } from 'node:path';
import { type Compiled, checkSite, compileSite, readSite } from '../compile.ts';
import { maskedLines } from '../diagnostics/mask.ts';
import { printDiagnostic, sortDiagnostics } from '../diagnostics/print.ts';
import { readNamedFiles } from '../effects/named-files.ts';
import { type Progress, silent } from '../effects/progress.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import type { Site } from '../model/site.ts';
import { exitCodeFor } from './exit-codes.ts';
import { findInventory, readInventory } from './inventory-file.ts';
import { eraseProgress, painter, terminalProgress } from './terminal.ts';

/** What every verb takes. */
export type CommonOptions = {
  readonly inventory?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

/** What there is to say of an inventory. */
export type Examination = {
  readonly file: string;
  /** 0 when it could not be read that far. */
  readonly hosts: number;
  readonly diagnostics: readonly Diagnostic[];
};

/** Thrown to end a verb whose findings have been printed; the only thing that `cli.ts` turns into an exit code. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** One run of a verb: where it reads, what it prints. */
export class Run {
  readonly environment = process.env;
  readonly progress: Progress;
  readonly #quiet: boolean;
  readonly #lines = new Map<string, readonly string[]>();

  constructor(options: CommonOptions) {
    this.#quiet = options.quiet === true;
    this.progress = this.#quiet ? silent : terminalProgress(process.stderr, () => performance.now());
  }

  /** Reads and compiles the inventory; findings go to stderr, an error ends the run. */
  async compile(argument: string | undefined, options: CommonOptions): Promise<Compiled> {
    return this.take(compileSite(await this.site(argument, options)));
  }

  /** Reads and resolves the inventory, and the files that it names; findings go to stderr, an error ends the run. */
  async site(argument: string | undefined, options: CommonOptions): Promise<Site> {
    return this.take(await this.#read(this.#find(argument, options)));
  }

  /** All findings of an inventory; none of them is printed, and none ends the run but that there is no inventory. */
  async examine(argument: string | undefined, options: CommonOptions): Promise<Examination> {
    const file = this.#find(argument, options);
    const read = await this.#read(file);
    const checked = read.ok ? checkSite(read.value) : undefined;
    return {
      file,
      hosts: read.ok ? read.value.hosts.length : 0,
      diagnostics: sortDiagnostics([...read.diagnostics, ...(checked?.diagnostics ?? [])]),
    };
  }

  #find(argument: string | undefined, options: CommonOptions): string {
    const named = argument ?? options.inventory;
    const file = this.take(findInventory(named, process.cwd(), this.environment));
    if (named === undefined) this.say(`inventory: ${file}`);
    return file;
  }

  async #read(file: string): Promise<Result<Site>> {
    const text = await readInventory(file);
    if (!text.ok) return text;
    this.#lines.set(file, maskedLines(text.value));
    const name = basename(file).replace(/\.ya?ml$/, '');
    return readSite(text.value, file, name, (names) => readNamedFiles(names, dirname(file)));
  }

  /** The value of a result, after its findings are printed; ends the run where there is none. */
  take<T>(result: Result<T>): T {
    this.report(result.diagnostics);
    if (result.ok) return result.value;
    throw new Stop(exitCodeFor(result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code)));
  }

  report(diagnostics: readonly Diagnostic[]): void {
    eraseProgress();
    const paint = painter(process.stderr, this.environment);
    for (const diagnostic of sortDiagnostics(diagnostics)) {
      if (this.#quiet && diagnostic.severity !== 'error') continue;
      process.stderr.write(`${printDiagnostic(diagnostic, (file) => this.#lines.get(file), paint)}\n`);
    }
  }

  /** A line for people, on stderr. */
  say(line: string): void {
    if (!this.#quiet) process.stderr.write(`${line}\n`);
  }

  /** The result, on stdout. */
  print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}
