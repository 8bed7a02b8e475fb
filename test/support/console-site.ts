import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from '../../generator/model/dashboard.ts';
import { consoleFile } from '../../generator/modules/infra/monitoring/console-file.ts';
import { mustRun, removeTree } from './process.ts';
import { SAMPLES, sampleMetrics } from './sample-metrics.ts';

const DIST = join(import.meta.dirname, '../../dist/console');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** A portal on 127.0.0.1 with the console, a real Prometheus with fixed samples, and a real Alertmanager. */
export type ConsoleSite = {
  readonly address: string;
  /** The part of an address that shows the time of the samples. */
  readonly time: string;
  /** With `false` the portal answers as nginx does when Prometheus is down. */
  setPrometheus(isThere: boolean): void;
  stop(): Promise<void>;
};

/** Starts the site. Throws with the reason if a program does not become ready. */
export async function startConsoleSite(
  pages: readonly Page[],
  journal: string,
  openMetrics = sampleMetrics(pages),
): Promise<ConsoleSite> {
  const folder = mkdtempSync(join(tmpdir(), 'pigsty-console-'));
  const prometheus = await startPrometheus(folder, openMetrics);
  const alertmanager = await startAlertmanager(folder);
  let isThere = true;
  const server = createServer((asked, answer) => {
    const path = asked.url ?? '/';
    if (path.startsWith('/prometheus/') && !isThere)
      return answerText(answer, 502, '<html>502 Bad Gateway</html>');
    if (path.startsWith('/prometheus/')) return forward(prometheus.port, path.slice(11), asked, answer);
    if (path.startsWith('/alertmanager/')) return forward(alertmanager.port, path.slice(13), asked, answer);
    if (path.startsWith('/journal/')) return answerText(answer, 200, journal, 'application/json');
    if (path === '/console/pages.json')
      return answerText(answer, 200, consoleFile('demo', pages), 'application/json');
    return answerFile(answer, path);
  });
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}/console/`,
    time: `from=${SAMPLES.from}&to=${SAMPLES.to}`,
    setPrometheus: (now) => {
      isThere = now;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await Promise.all([prometheus, alertmanager].map(({ child }) => end(child)));
      removeTree(folder);
    },
  };
}

type Running = { readonly port: number; readonly child: ChildProcess };

async function startPrometheus(folder: string, openMetrics: string): Promise<Running> {
  const [data, file, config] = [
    join(folder, 'data'),
    join(folder, 'samples.txt'),
    join(folder, 'prometheus.yml'),
  ];
  mkdirSync(data);
  writeFileSync(file, openMetrics);
  writeFileSync(config, 'global: {}\n');
  await mustRun('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
  ];
  const child = start('prometheus', [
    ...flags,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]);
  await ready(`http://127.0.0.1:${port}/-/ready`);
  return { port, child };
}

async function startAlertmanager(folder: string): Promise<Running> {
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    '--cluster.listen-address=',
  ];
  const child = start('prometheus-alertmanager', [
    ...flags,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]);
  await ready(`http://127.0.0.1:${port}/-/ready`);
  const alerts = JSON.stringify([
    alert('PostgresReplicationLag', '1', 'WARN'),
    alert('PostgresDown', '0', 'CRIT'),
  ]);
  const headers = { 'Content-Type': 'application/json' };
  await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, { method: 'POST', body: alerts, headers });
  return { port, child };
}

function alert(alertname: string, level: string, severity: string): object {
  const labels = {
    alertname,
    level,
    severity,
    category: 'pgsql',
    cls: 'pg-test',
    ins: 'pg-test-2',
    ip: '10.10.10.12',
  };
  const page = severity === 'CRIT' ? `https://h.pigsty/alerts/${alertname}` : 'https://wiki.example/lag';
  return { labels, annotations: { summary: `${alertname} on pg-test-2`, page } };
}

function start(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function ready(address: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${address} does not become ready`);
}

function forward(port: number, path: string, asked: IncomingMessage, answer: ServerResponse): void {
  const options = { host: '127.0.0.1', port, path, method: asked.method, headers: asked.headers };
  const way = request(options, (given) => {
    answer.writeHead(given.statusCode ?? 502, given.headers);
    given.pipe(answer);
  });
  way.on('error', () => answerText(answer, 502, '<html>502 Bad Gateway</html>'));
  asked.pipe(way);
}

function answerText(answer: ServerResponse, status: number, text: string, type = 'text/html'): void {
  answer.writeHead(status, { 'Content-Type': type }).end(text);
}

function answerFile(answer: ServerResponse, path: string): void {
  const name = path === '/console/' ? 'index.html' : path.replace('/console/', '').replace(/[?].*/, '');
  if (!/^[a-z]+[.](html|js|css)$/.test(name)) {
    answerText(answer, 404, 'not found');
    return;
  }
  answerText(answer, 200, readFileSync(join(DIST, name), 'utf8'), TYPES[extname(name)]);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const place = server.address();
      resolve(typeof place === 'object' && place !== null ? place.port : 0);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
