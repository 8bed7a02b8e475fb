import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../test/boot/support/cluster.ts';
import type { LabNode } from '../test/support/node.ts';
import { describeFailure } from '../test/support/process.ts';
import { mustPigsty, Workshop } from '../test/support/product.ts';
import {
  type Bench,
  type BenchOptions,
  type BenchResult,
  LAB_REQUIREMENTS,
  median,
  type Sample,
} from './result.ts';

/*
 * What it costs to watch: the exporters of a database host of blueprint full at the default interval, the centre that scrapes
 * them, and pgbench on that host with the exporters and without, alternately. And what INFRA adds to a bundle.
 */
const INFRA = '10.10.10.10';
const DATABASE = '10.10.10.11';
const WINDOW_SECONDS = 60;
const LOAD_SECONDS = 10;
const EXPORTERS = ['node_exporter', 'pg_exporter', 'pgbouncer_exporter', 'pgbackrest_exporter'];
/** Runs once in a window. */
const AGENT = 'pigsty-metrics';
const CENTRE = [
  'prometheus',
  'alertmanager',
  'pushgateway',
  'blackbox_exporter',
  'nginx',
  'nginx_exporter',
  'dnsmasq',
];
const SCRAPED = `exporters of a database host, processor time in ${WINDOW_SECONDS} s`;
const SCRAPER = `the centre, processor time in ${WINDOW_SECONDS} s`;
const WATCHED = 'pgbench, watched';
const UNWATCHED = 'pgbench, exporters off';

export const watchingBench: Bench = {
  name: 'watching',
  title: 'what watching costs: exporters, the centre, bytes',
  defaultRuns: 3,
  requirements: LAB_REQUIREMENTS,
  async run(options) {
    const cluster = await Cluster.create('full', { addresses: [INFRA, DATABASE] });
    try {
      await cluster.applyAll();
      return await measureSite(cluster, options);
    } finally {
      await cluster.destroy();
    }
  },
};

async function measureSite(cluster: Cluster, { runs, say }: BenchOptions): Promise<BenchResult> {
  const [infra, database] = [cluster.node(INFRA), cluster.node(DATABASE)];
  await delay(60_000);
  const [scraped, scraper, watched, unwatched]: Sample[][] = [[], [], [], []];
  await load(database, '-i -q -s 10');
  for (let run = 1; run <= runs; run++) {
    say(`run ${run}: exporters and centre`);
    const [exporters, centre] = await Promise.all([use(database, EXPORTERS), use(infra, CENTRE)]);
    const agent = Number(await database.sh(`systemctl show -p CPUUsageNSec --value ${AGENT}`)) / 1e9;
    scraped?.push({ ...exporters, seconds: exporters.seconds + agent });
    scraper?.push(centre);
    for (const isOn of run % 2 === 1 ? [true, false] : [false, true]) {
      say(`run ${run}: pgbench, exporters ${isOn ? 'on' : 'off'}`);
      await database.sh(`systemctl ${isOn ? 'start' : 'stop'} ${EXPORTERS.join(' ')} ${AGENT}.timer`);
      (isOn ? watched : unwatched)?.push(await work(database));
    }
    await database.sh(`systemctl start ${EXPORTERS.join(' ')} ${AGENT}.timer`);
  }
  return {
    rows: [
      { what: SCRAPED, samples: scraped ?? [] },
      { what: SCRAPER, samples: scraper ?? [] },
      { what: WATCHED, samples: watched ?? [] },
      { what: UNWATCHED, peerOf: WATCHED, samples: unwatched ?? [] },
    ],
    goals: [
      { kind: 'seconds', row: SCRAPED, atMost: 0.02 * WINDOW_SECONDS },
      { kind: 'megabytes', row: SCRAPED, atMost: 120 },
      { kind: 'rate', row: WATCHED, peer: UNWATCHED, atLeast: 0.98 },
    ],
    notes: [share(scraped), await bytes()],
  };
}

function share(samples: readonly Sample[] = []): string {
  const part = median(samples.map(({ seconds }) => seconds)) / WINDOW_SECONDS;
  return `exporters of a database host: ${(part * 100).toFixed(2)} % of a processor`;
}

/** Processor time of units in a window, and their resident memory at its end. */
async function use(node: LabNode, names: readonly string[]): Promise<Sample> {
  const before = await processorSeconds(node, names);
  await delay(WINDOW_SECONDS * 1000);
  const seconds = (await processorSeconds(node, names)) - before;
  const kilobytes = await sum(
    node,
    names,
    (group) => `for pid in $(cat ${group}/cgroup.procs 2>/dev/null); do
    sed -n 's/^RssAnon:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status; done`,
  );
  return { seconds, peakMegabytes: kilobytes / 1000 };
}

async function processorSeconds(node: LabNode, names: readonly string[]): Promise<number> {
  const microseconds = await sum(
    node,
    names,
    (group) => `sed -n 's/^usage_usec //p' ${group}/cpu.stat 2>/dev/null`,
  );
  return microseconds / 1e6;
}

/** The sum of the numbers that a script prints for the control group of each unit. */
async function sum(
  node: LabNode,
  names: readonly string[],
  script: (group: string) => string,
): Promise<number> {
  const printed = await node.sh(
    names.map((name) => `${script(`/sys/fs/cgroup/system.slice/${name}.service`)} || :`).join('\n'),
  );
  return printed.split(/\s+/).reduce((total, number) => total + Number(number), 0);
}

async function work(node: LabNode): Promise<Sample> {
  const output = await load(node, `-c 8 -j 2 -T ${LOAD_SECONDS}`);
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1]);
  const [transactions, rate] = [number(/actually processed: (\d+)/), number(/^tps = ([\d.]+) /m)];
  if (!(transactions > 0 && rate > 0)) throw new Error(output);
  return { seconds: transactions / rate, transactions };
}

async function load(node: LabNode, flags: string): Promise<string> {
  const command = `env PGPASSWORD=DBUser.Test /usr/local/bin/pgbench ${flags} -h ${node.ip} -p 5433 -U test test`;
  const result = await node.exec(command.split(' '));
  if (result.code !== 0) throw new Error(describeFailure(command, result));
  return result.stdout;
}

/** Images of blueprint demo that blueprint meta does not have, and both tar files. */
async function bytes(): Promise<string> {
  const [demo, meta] = [await built('demo'), await built('meta')];
  const added = demo.images.filter(
    (line) => !meta.images.some((other) => other.split(' ')[0] === line.split(' ')[0]),
  );
  return [
    `bundle of blueprint demo ${demo.megabytes.toFixed(0)} MB, of meta ${meta.megabytes.toFixed(0)} MB; images that demo adds:`,
    ...added.map((line) => `  ${line}`),
  ].join('\n');
}

async function built(blueprint: string): Promise<{ images: string[]; megabytes: number }> {
  const workshop = new Workshop(blueprint);
  try {
    const out = join(workshop.directory, 'out');
    const said = await mustPigsty(['build', workshop.inventory, '-o', out]);
    const tar = join(workshop.directory, 'host.tar');
    await mustPigsty(['export', workshop.inventory, '-q', '--host', INFRA, '-o', tar, '--site', out]);
    const images = [...said.matchAll(/^image {2}(\S+) +([\d.]+ MB)/gm)].map(
      ([, name, size]) => `${name} ${size}`,
    );
    return { images, megabytes: statSync(tar).size / 1e6 };
  } finally {
    workshop.remove();
  }
}
