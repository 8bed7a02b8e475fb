/**
 * `npm run test:inventories DIR`: compiles every inventory of a folder to files (`pigsty build --config-only`), says
 * in one line a file what came of it, and counts. Findings are findings of the inventory; a file fails when it does
 * not compile. Not part of the suite: the folder is the user's. Nothing is written into it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../dist/pigsty.js', import.meta.url));
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: npm run test:inventories DIR\n');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'pigsty-inventories-'));
try {
  process.exitCode = compileAll(resolve(directory));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function compileAll(from) {
  // A copy of the whole folder: keys are made beside an inventory, and SQL files are found there.
  const copy = join(scratch, basename(from));
  cpSync(from, copy, { recursive: true });
  const names = readdirSync(copy).filter((name) => /\.ya?ml$/.test(name));
  const failed = names.filter((name) => !compile(copy, name)).length;
  process.stdout.write(`${names.length - failed} passed, ${failed} failed, 0 skipped\n`);
  return failed > 0 || names.length === 0 ? 1 : 0;
}

function compile(copy, name) {
  const args = [PROGRAM, 'build', name, '--config-only', '--json', '-o', join(scratch, 'out')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  // That keys were made is true of every file here and says nothing about it.
  const said = stderr.split('\n').filter((line) => !line.startsWith('notice[keys/made]'));
  const count = (severity) => said.filter((line) => line.startsWith(`${severity}[`)).length;
  const findings = ['error', 'warning', 'notice'].map((severity) => `${count(severity)} ${severity}s`);
  const hosts = status === 0 ? JSON.parse(stdout).hosts.length : 0;
  const reason = status === 0 ? '' : `  exit ${status}: ${firstProblem(stderr)}`;
  const verdict = status === 0 ? 'ok    ' : 'failed';
  process.stdout.write(`${verdict} ${name.padEnd(24)} ${hosts} hosts, ${findings.join(', ')}${reason}\n`);
  return status === 0;
}

/** The first error; what is no diagnostic (a crash) as it is. */
function firstProblem(stderr) {
  const lines = stderr.split('\n').filter((line) => line !== '');
  return lines.find((line) => line.startsWith('error[')) ?? lines.at(-1) ?? 'no word said';
}
