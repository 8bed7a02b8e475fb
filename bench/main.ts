import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installMissing } from '../test/support/requirements.ts';
import { imageBench } from './image.ts';
import { nodeBench } from './node.ts';
import { pgbenchBench } from './pgbench.ts';
import { rebuildBench } from './rebuild.ts';
import { printResult, toJson } from './report.ts';
import type { Bench, BenchResult } from './result.ts';
import { scaleBench } from './scale.ts';
import { startupBench } from './startup.ts';
import { trioBench } from './trio.ts';
import { watchingBench } from './watching.ts';

/*
 * `npm run bench`: measures the product and other programs that do the same work in the same run, and prints the goals.
 * Complete processes, several runs, median and range. It asserts nothing. Run it as root on a Debian machine without
 * other load; missing packages are installed. The names below run one part each, `--json FILE` writes all numbers.
 */
const BENCHES: readonly Bench[] = [
  startupBench,
  scaleBench,
  rebuildBench,
  imageBench,
  nodeBench,
  trioBench,
  pgbenchBench,
  watchingBench,
];

const USAGE = `usage: npm run bench -- [--runs N] [--json FILE] [NAME…]
${BENCHES.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join('\n')}
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { runs: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  const isWrong = unknown.length > 0 || (runs !== undefined && !(Number.isInteger(runs) && runs > 0));
  if (values.help || isWrong) {
    process.stderr.write(USAGE);
    process.exitCode = isWrong ? 2 : 0;
    return;
  }
  const chosen = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const results = new Map<Bench, BenchResult>();
  for (const bench of chosen) {
    const result = await runBench(bench, runs ?? bench.defaultRuns);
    results.set(bench, result);
    process.stdout.write(printResult(bench, result));
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(toJson(results), null, 2)}\n`);
}

async function runBench(bench: Bench, runs: number): Promise<BenchResult> {
  const missing = await installMissing(bench.requirements);
  if (missing.length > 0) {
    const names = missing.map(({ tool, package: name }) => `${tool} (Debian package ${name})`);
    throw new Error(`${bench.name} needs ${names.join(', ')}`);
  }
  const directory = mkdtempSync(join(tmpdir(), 'pigsty-bench-'));
  const say = (line: string) => process.stderr.write(`${bench.name}: ${line}\n`);
  try {
    return await bench.run({ runs, directory, say });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
