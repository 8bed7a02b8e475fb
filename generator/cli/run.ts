import { dirname } from 'node:path';
import { type Compiled, checkSite, compileSite, readSite } from '../compile.ts';
import { maskedLines } from '../diagnostics/mask.ts';
import { printDiagnostic, sortDiagnostics } from '../diagnostics/print.ts';
import { readNamedFiles } from '../effects/named-files.ts';
import { type Progress, silent } from '../effects/progress.ts';
import { withBuiltName } from '../effects/renamed-site.ts';
import { lastBuildWarnings } from '../emit/site-keys.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import type { Site } from '../model/site.ts';
import { shownKeys } from '../modules/shown-keys.ts';
import { exitCodeFor } from './exit-codes.ts';
import { findInventory, readInventory, siteNameOf } from './inventory-file.ts';
import { eraseProgress, painter, terminalProgress } from './terminal.ts';

/** Options of every verb. */
export type CommonOptions = {
  readonly inventory?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

/** The diagnostics of an inventory. */
export type ValidationResult = {
  readonly file: string;
  /** 0 if the inventory could not be read. */
  readonly hosts: number;
  readonly diagnostics: readonly Diagnostic[];
};

/** Thrown to end a verb after its diagnostics are printed; `reportFailure` returns its exit code. */
export class ExitRequest extends Error {
  override readonly name = 'ExitRequest';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** One run of a verb: reads the inventory, prints diagnostics and the result. */
export class Run {
  readonly environment = process.env;
  readonly progress: Progress;
  readonly #quiet: boolean;
  readonly #texts = new Map<string, string>();
  readonly #reported: Diagnostic[] = [];
  /** Masked, for the diagnostics. */
  readonly #lines = new Map<string, readonly string[]>();

  constructor(options: CommonOptions) {
    this.#quiet = options.quiet === true;
    this.progress = this.#quiet ? silent : terminalProgress(process.stderr, () => performance.now());
  }

  /** Reads and compiles the inventory; prints diagnostics on stderr; an error ends the run. */
  async compile(argument: string | undefined, options: CommonOptions): Promise<Compiled> {
    return this.unwrap(compileSite(await this.site(argument, options)));
  }

  /** Reads and resolves the inventory and the files that it names; prints diagnostics on stderr; an error ends the run. */
  async site(argument: string | undefined, options: CommonOptions): Promise<Site> {
    return this.unwrap(await this.#read(this.#find(argument, options)));
  }

  /** All diagnostics of an inventory, without printing them. Ends the run only if the inventory is not found. */
  async validate(argument: string | undefined, options: CommonOptions): Promise<ValidationResult> {
    const file = this.#find(argument, options);
    const read = await this.#read(file);
    const checked = read.ok ? checkSite(read.value) : undefined;
    const expiring = read.ok && checked?.ok ? await this.#expiringCertificates(read.value) : [];
    return {
      file,
      hosts: read.ok ? read.value.hosts.length : 0,
      diagnostics: sortDiagnostics([...read.diagnostics, ...(checked?.diagnostics ?? []), ...expiring]),
    };
  }

  /** The plans are made only if a certificate expires soon. */
  #expiringCertificates(site: Site): Promise<readonly Diagnostic[]> {
    const names = () => {
      const compiled = compileSite(site);
      const hosts = compiled.ok ? [...compiled.value.plan.hosts] : [];
      return new Set(hosts.flatMap(({ plan }) => plan.certificates.map(({ name }) => name)));
    };
    return lastBuildWarnings(site, { names, now: new Date() });
  }

  #find(argument: string | undefined, options: CommonOptions): string {
    const named = argument ?? options.inventory;
    const file = this.unwrap(findInventory(named, process.cwd(), this.environment));
    if (named === undefined) this.log(`inventory: ${file}`);
    return file;
  }

  async #read(file: string): Promise<Result<Site>> {
    const text = await readInventory(file);
    if (!text.ok) return text;
    const name = siteNameOf(file);
    if (!name.ok) return name;
    this.#texts.set(file, text.value);
    const readFiles = (names: readonly string[]) => readNamedFiles(names, dirname(file));
    return readSite(text.value, file, name.value, readFiles, withBuiltName);
  }

  /** Prints the diagnostics of a result and returns its value; ends the run on an error. */
  unwrap<T>(result: Result<T>): T {
    this.report(result.diagnostics);
    if (result.ok) return result.value;
    throw new ExitRequest(
      exitCodeFor(result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code)),
    );
  }

  report(diagnostics: readonly Diagnostic[]): void {
    eraseProgress();
    const paint = painter(process.stderr, this.environment);
    this.#reported.push(...diagnostics);
    this.#lines.clear();
    for (const diagnostic of sortDiagnostics(diagnostics)) {
      if (this.#quiet && diagnostic.severity !== 'error') continue;
      process.stderr.write(`${printDiagnostic(diagnostic, (file) => this.#linesOf(file), paint)}\n`);
    }
  }

  #linesOf(file: string): readonly string[] | undefined {
    const text = this.#texts.get(file);
    if (text === undefined) return undefined;
    const lines = this.#lines.get(file) ?? maskedLines(text, this.#reported, shownKeys());
    this.#lines.set(file, lines);
    return lines;
  }

  /** A line for people, on stderr. */
  log(line: string): void {
    if (!this.#quiet) process.stderr.write(`${line}\n`);
  }

  /** The result, on stdout. */
  print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}
