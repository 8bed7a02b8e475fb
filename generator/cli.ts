import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { EXIT, exitCodeFor } from './cli/exit-codes.ts';
import { systemErrorFinding } from './cli/system-error.ts';
import { eraseProgress } from './cli/terminal.ts';
import { printDiagnostic } from './diagnostics/print.ts';
import { version } from './version.ts';

/** Command line of `pigsty`; verbs are loaded when they are called, so that `--version` stays quick. */
function createProgram(): Command {
  const program = new Command('pigsty')
    .description('Compiles a Pigsty inventory into one immutable bundle per host')
    .version(version, '-V, --version')
    .showHelpAfterError('(pigsty --help shows what there is)')
    .exitOverride();
  const verb = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument(
        '[inventory]',
        'the inventory; else $PIGSTY_INVENTORY, ./pigsty.yml, or one in a directory above',
      )
      .option('-i, --inventory <file>', 'the inventory, as an option')
      .option('-q, --quiet', 'print errors and the result only')
      .option('--json', 'print the result as JSON');
  program
    .command('init')
    .description('write an inventory of your own from a blueprint')
    .argument('<blueprint>', 'its name: meta, trio …')
    .option('--hosts <list>', 'the addresses of the hosts, separated by commas')
    .option('-o, --output <file>', 'the inventory', 'pigsty.yml')
    .option('-q, --quiet', 'print errors and the result only')
    .option('--json', 'print the result as JSON')
    .action(async (blueprint, flags) => (await import('./cli/init.ts')).runInit(blueprint, flags));
  verb('validate', 'say everything that is wrong with the inventory; writes nothing')
    .option('--strict', 'take warnings for errors')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'sarif']))
    .action(async (inventory, flags) => (await import('./cli/validate.ts')).runValidate(inventory, flags));
  verb('build', 'compile the inventory into out/<site>/')
    .option('-o, --output <dir>', 'where sites are written', 'out')
    .option('--config-only', 'files only: no images, no network')
    .option('--frozen', 'refuse to renew a lock that is missing or stale')
    .addOption(new Option('--emit <stage>', 'print the result of a stage instead').choices(['plan', 'site']))
    .action(async (inventory, flags) => (await import('./cli/build.ts')).runBuild(inventory, flags));
  program
    .command('explain')
    .description(
      'print what a parameter of a host is and every place that sets it, where what stands in a file or unit comes from, or which rule lets a client in',
    )
    .argument('<host>', 'its address or node name; `hba` for the rules of a cluster')
    .argument('[what]', 'a parameter, or a path: etc/hosts, etc/hosts:3, patroni.service')
    .option('-i, --inventory <file>', 'the inventory; else as for build')
    .option('--cluster <name>', 'hba: the cluster; not needed when there is one')
    .option('--user <name>', 'hba: who connects')
    .option('--db <name>', 'hba: to which database; `replication` for a replica')
    .option('--from <address>', 'hba: from where, an IPv4 address or `local`')
    .option('--no-tls', 'hba: without TLS')
    .option('-q, --quiet', 'print errors and the result only')
    .option('--json', 'print the result as JSON')
    .action(async (host, what = '', flags) => {
      if (host === 'hba') return (await import('./cli/explain-hba.ts')).runExplainHba(flags);
      // No parameter has one of these in its name.
      if (/[/.:#]/.test(what))
        return (await import('./cli/explain-plan.ts')).runExplainPlan(host, what, flags);
      return (await import('./cli/explain.ts')).runExplain(host, what, flags);
    });
  program
    .command('schema')
    .description('print the JSON Schema of inventories, for editors')
    .action(async () => (await import('./cli/schema.ts')).runSchema());
  program
    .command('completion')
    .description('print completions for a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => (await import('./cli/completion.ts')).runCompletion(shell, program));
  verb('lock', 'resolve the packages of every image and write <inventory>.lock.json')
    .option('--update', 'take newer versions where there are any')
    .action(async (inventory, flags) => (await import('./cli/lock.ts')).runLock(inventory, flags));
  verb('export', 'write one host of a built site as a self-contained tar')
    .requiredOption('--host <ip>', 'the host')
    .requiredOption('-o, --output <file>', 'the tar')
    .option('--site <dir>', 'the folder that sites were built into', 'out')
    .action(async (inventory, flags) => (await import('./cli/export.ts')).runExport(inventory, flags));
  return program;
}

async function main(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return EXIT.done;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof InvalidArgumentError) return EXIT.invalid;
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') {
    const isUsage = 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.');
    return isUsage && error.exitCode !== 0 ? EXIT.invalid : error.exitCode;
  }
  eraseProgress();
  const finding = systemErrorFinding(error);
  process.stderr.write(
    finding ? `${printDiagnostic(finding, () => undefined)}\n` : `pigsty: ${describe(error)}\n`,
  );
  return finding ? exitCodeFor([finding.code]) : EXIT.unexpected;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.PIGSTY_DEBUG) return error.stack ?? error.message;
  return `${error.name}: ${error.message}\nThis is a bug in pigsty; with PIGSTY_DEBUG=1 it says where.`;
}

process.stdout.on('error', (error) => {
  // Whoever reads has read enough: `pigsty schema | head`.
  if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});
process.once('SIGINT', () => {
  // What a step has drawn stays; the shell's prompt begins on a line of its own.
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.exit(EXIT.interrupted);
});
process.exitCode = await main();
