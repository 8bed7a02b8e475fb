#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from './cli/exit-codes.ts';
import { loadVerbs } from './cli/load-verbs.ts';
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
    .action(async (blueprint, flags) => loadVerbs().runInit(blueprint, flags));
  verb('validate', 'say everything that is wrong with the inventory; writes nothing')
    .option('--strict', 'take warnings for errors')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'sarif']))
    .action(async (inventory, flags) => loadVerbs().runValidate(inventory, flags));
  verb('build', 'compile the inventory into out/<site>/')
    .option('-o, --output <dir>', 'where sites are written', 'out')
    .option('--config-only', 'files only: no images, no network')
    .option('--frozen', 'refuse to renew a lock that is missing or stale')
    .addOption(new Option('--emit <stage>', 'print the result of a stage instead').choices(['plan', 'site']))
    .action(async (inventory, flags) => loadVerbs().runBuild(inventory, flags));
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
      if (host === 'hba') return loadVerbs().runExplainHba(flags);
      // No parameter has one of these in its name.
      if (/[/.:#]/.test(what)) return loadVerbs().runExplainPlan(host, what, flags);
      return loadVerbs().runExplain(host, what, flags);
    });
  program
    .command('schema')
    .description('print the JSON Schema of inventories, for editors')
    .action(async () => loadVerbs().runSchema());
  program
    .command('completion')
    .description('print completions for a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => loadVerbs().runCompletion(shell, program));
  verb('lock', 'resolve the packages of every image and write <inventory>.lock.json')
    .option('--update', 'take newer versions where there are any')
    .action(async (inventory, flags) => loadVerbs().runLock(inventory, flags));
  verb('export', 'write one host of a built site as a self-contained tar')
    .requiredOption('--host <ip>', 'the host')
    .requiredOption('-o, --output <file>', 'the tar')
    .option('--site <dir>', 'the folder that sites were built into', 'out')
    .action(async (inventory, flags) => loadVerbs().runExport(inventory, flags));
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
  const isUsage = error instanceof CommanderError;
  if (isUsage) return error.exitCode === 0 ? EXIT.done : EXIT.invalid;
  return loadVerbs().reportFailure(error);
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
void main().then((code) => {
  process.exitCode = code;
});
