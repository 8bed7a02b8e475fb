#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from './cli/exit-codes.ts';
import { loadVerbs } from './cli/load-verbs.ts';
import { version } from './version.ts';

/** Command line of `pigsty`; verbs are loaded when they are called, so that `--version` is fast. */
function createProgram(): Command {
  const program = new Command('pigsty')
    .description('Compiles a Pigsty inventory into one immutable bundle per host')
    .version(version, '-V, --version')
    .showHelpAfterError('(see pigsty --help)')
    .exitOverride();
  const verb = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .argument(
        '[inventory]',
        'inventory file (default: $PIGSTY_INVENTORY, ./pigsty.yml, or pigsty.yml in a parent directory)',
      )
      .option('-i, --inventory <file>', 'inventory file')
      .option('-q, --quiet', 'print errors and the result only')
      .option('--json', 'print the result as JSON');
  program
    .command('init')
    .description('create an inventory from a blueprint')
    .argument('<blueprint>', 'name of the blueprint: meta, trio …')
    .option('--hosts <list>', 'addresses of the hosts, separated by commas')
    .option('-o, --output <file>', 'inventory file to write', 'pigsty.yml')
    .option('-q, --quiet', 'print errors and the result only')
    .option('--json', 'print the result as JSON')
    .action(async (blueprint, flags) => loadVerbs().runInit(blueprint, flags));
  verb('validate', 'report all errors in the inventory; writes nothing')
    .option('--strict', 'treat warnings as errors')
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json', 'sarif']))
    .action(async (inventory, flags) => loadVerbs().runValidate(inventory, flags));
  verb('build', 'compile the inventory into out/<site>/')
    .option('-o, --output <dir>', 'output directory', 'out')
    .option('--config-only', 'write configuration files only: no images, no network access')
    .option('--frozen', 'fail if the lock is missing or out of date')
    .addOption(
      new Option('--emit <stage>', 'print the result of a stage instead of building').choices([
        'plan',
        'site',
      ]),
    )
    .action(async (inventory, flags) => loadVerbs().runBuild(inventory, flags));
  program
    .command('explain')
    .description(
      'print the value of a parameter and where it is set, where a setting of a program or the content of a file or unit comes from, or which HBA rule applies to a connection',
    )
    .argument('<host>', 'address or node name of the host; `hba` for HBA rules')
    .argument(
      '[what]',
      'parameter, setting, or path: pg_port, shared_buffers, etc/hosts, etc/hosts:3, patroni.service',
    )
    .option('-i, --inventory <file>', 'inventory file (default: as for build)')
    .option('--cluster <name>', 'hba: cluster; optional if there is only one')
    .option('--user <name>', 'hba: database user')
    .option('--db <name>', 'hba: database; `replication` for a replica')
    .option('--from <address>', 'hba: client address (IPv4) or `local`')
    .option('--no-tls', 'hba: connection without TLS')
    .option('-q, --quiet', 'print errors and the result only')
    .option('--json', 'print the result as JSON')
    .action(async (host, what = '', flags) => {
      if (host === 'hba') return loadVerbs().runExplainHba(flags);
      // Names of parameters contain none of these characters.
      if (/[/.:#]/.test(what)) return loadVerbs().runExplainPlan(host, what, flags);
      return loadVerbs().runExplainName(host, what, flags);
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
    .option('--update', 'update to newer versions')
    .action(async (inventory, flags) => loadVerbs().runLock(inventory, flags));
  verb('export', 'write one host of a built site as a self-contained tar')
    .requiredOption('--host <ip>', 'address of the host')
    .requiredOption('-o, --output <file>', 'output file')
    .option('--site <dir>', 'output directory of `pigsty build`', 'out')
    .action(async (inventory, flags) => loadVerbs().runExport(inventory, flags));
  program
    .command('reissue')
    .description(
      'revoke the certificates of hosts whose keys are lost or exposed, and make new keys for the next build',
    )
    .argument(
      '<host...>',
      'addresses or node names; a certificate whose host is gone by its name in the key directory',
    )
    .option('-i, --inventory <file>', 'inventory file (default: as for build)')
    .option('-q, --quiet', 'print errors and the result only')
    .option('--json', 'print the result as JSON')
    .action(async (hosts, flags) => loadVerbs().runReissue(hosts, flags));
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
  // The reader has closed the pipe: `pigsty schema | head`.
  if ('code' in error && error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});
void main().then((code) => {
  process.exitCode = code;
});
