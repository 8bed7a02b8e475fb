import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRAPER } from '../../generator/model/monitoring.ts';
import { removeTree } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { makeClient } from '../support/scraper.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';
import { serverNames } from './exporters/names.ts';

/*
 * PostgreSQL outside the site: the exporters, the blackbox exporter and Prometheus of an infra host, with the commands of their
 * units and the files of the bundle, against servers that ask for TLS and a password, hang, or are not there.
 */
const skipped = skipReason('ip', 'unshare', 'chroot', 'openssl', 'curl');
const CURRENT = '/etc/pigsty/current';
const PASSWORD = "it's 50% of $HOME & more";
const SECRETS = [PASSWORD, 'not-the-Password', 'Hung.Password', 'Gone.Password', "it's%2050"];
const INSTANCES = ['pg-rds-1', 'pg-wrong-1', 'pg-url-1', 'pg-hang-1', 'pg-gone-1'];

describe.skipIf(skipped)(`servers of others${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;
  let found: Map<string, string>;
  const said = (section: string) => found.get(section) ?? '';

  beforeAll(async () => {
    workshop = new Workshop(join(root, 'test/oracle/foreign/site.yml'));
    const exported = await workshop.bundle('10.10.10.10');
    bundle = await UnpackedBundle.unpack(exported, mkdtempSync(join(workshop.directory, 'unpacked-')));
    for (const name of [SCRAPER, 'pg-meta-1'])
      await makeClient(join(workshop.directory, 'site.pki'), workshop.directory, name);
    const result = await bundle.run(`exec 2>&1; ${script()}`);
    found = new Map(result.stdout.split('=== ').map((part) => [part.split('\n')[0] ?? '', part]));
    expect(result.code, result.stdout.slice(-3000) + result.stderr).toBe(0);
  }, 900_000);

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  function script(): string {
    const server = (port: number) =>
      `pg "$bin/postgres" -D /data/rds/pg -c port=${port} -c listen_addresses=10.10.10.99 -c unix_socket_directories=/data/rds -c ssl=on \\
        -c ssl_cert_file=/data/rds/rds.pem -c ssl_key_file=/data/rds/rds.key -c fsync=off -c log_statement=all -c shared_preload_libraries=pg_stat_statements`;
    return [
      'chgrp -R 378 etc/pg_exporter etc/exporter && chgrp -R 376 etc/prometheus && chmod -R g+rX etc',
      'ip address add 10.10.10.99/32 dev lo',
      `bin=/usr/lib/postgresql/17/bin`,
      `pg() { within postgres-17 543 "$@"; }`,
      `sql() { pg "$bin/psql" -h /data/rds -p 6001 -U postgres -XAtq -v ON_ERROR_STOP=1 "$@"; }`,
      `pki='${workshop.directory}'`,
      'install -d -o 543 "$node/data/rds"',
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$node/data/rds/rds.key" -out "$node/data/rds/rds.pem" \\
         -subj /CN=rds -addext subjectAltName=IP:10.10.10.99 2>"$node/openssl.log"`,
      'install -D -m 644 "$node/data/rds/rds.pem" "$node/run/host/etc/ssl/rds.pem"',
      'chown 543 "$node/data/rds/rds.key" && chmod 600 "$node/data/rds/rds.key"',
      `pg "$bin/initdb" -D /data/rds/pg -U postgres --auth-local=trust --auth-host=reject --no-sync >/dev/null`,
      `echo 'hostssl all watcher 10.10.10.0/24 scram-sha-256' >>"$node/data/rds/pg/pg_hba.conf"`,
      `sed -i '/reject/d' "$node/data/rds/pg/pg_hba.conf"`,
      `${server(6001)} >"$node/server.log" 2>&1 &`,
      `for try in $(seq 200); do sql -c 'select 1' >/dev/null 2>&1 && break; sleep 0.1; done`,
      `sql -d postgres -v password=${shell(PASSWORD)} <<'END'
${ROLE}
END`,
      `sql -d app -c 'create extension pg_stat_statements' -c 'create table t(id int primary key)'`,
      `sql -d postgres -c 'create schema monitor' -c 'grant usage on schema monitor to watcher' \\
         -c 'create extension pg_stat_statements schema monitor'`,
      // A server that accepts connections and never answers: a listening socket whose owner is stopped.
      `python3 -c '${LISTENER}' & `,
      ...INSTANCES.map(
        (name) =>
          `within pg-exporter 378 sh ${CURRENT}/etc/pg_exporter/pg_exporter_${name}.sh >"$node/${name}.log" 2>&1 &`,
      ),
      ...['prometheus prometheus', 'blackbox_exporter blackbox'].map((pair) => {
        const [unit = '', image = ''] = pair.split(' ');
        const [, command = ''] =
          /^ExecStart=((?:.*\\\n)*.*)$/m.exec(bundle.read(`units/${unit}.service`)) ?? [];
        return `within ${image} 376 ${command} >"$node/${unit}.log" 2>&1 &`;
      }),
      `get() { curl -sS -m 10 --cacert "$pki/site.pki/ca.crt" "$@"; }`,
      `as() { name=$1; shift; get --cert "$pki/$name.crt" --key "$pki/$name.key" "$@"; }`,
      `ask() { as ${SCRAPER} --data-urlencode "query=$1" https://10.10.10.10:9090/api/v1/query; echo; }`,
      // Two alerts of three servers are pending, and everything has been scraped twice.
      `for try in $(seq 150); do
         ask 'count(ALERTS{alertname=~"PostgresDown|PgExporterLoginFailed"}) == 3 and count(count_over_time(up{job="pgrds"}[1m]) > 2) == 5' | grep -q '"value"' && break
         sleep 0.4
       done`,
      ...INSTANCES.map(
        (name, index) => `echo '=== ${name}'; as ${SCRAPER} https://10.10.10.10:${20001 + index}/metrics`,
      ),
      `echo '=== stranger'; as pg-meta-1 https://10.10.10.10:20001/metrics 2>&1 | tail -n 1`,
      `echo '=== alerts'; ask 'sum by (alertname, ins) (ALERTS{job="pgrds"})'`,
      `echo '=== labels'; ask 'pg_up{job="pgrds"}'`,
      `echo '=== ports'; ask 'probe_success{job="pgrds-port"}'`,
      `echo '=== ping'; ask 'up{cls="ping"}'`,
      `echo '=== log'; cat ${INSTANCES.map((name) => `"$node/${name}.log"`).join(' ')} "$node/prometheus.log" "$node/blackbox_exporter.log"`,
      'cd "$tree/pg-exporter/proc"',
      `echo '=== arguments'; for one in [0-9]*; do readlink "$one/exe" | grep -q exporter && tr '\\0' ' ' <"$one/cmdline" && echo; done 2>/dev/null; true`,
      `echo '=== logins'; grep -c 'password authentication failed for user "watcher"' "$node/server.log"`,
    ].join('\n');
  }

  /** `ins=value` of the answer of Prometheus. */
  function values(section: string, ...labels: readonly string[]): string[] {
    const { data } = JSON.parse(said(section).split('\n')[1] ?? '') as Answer;
    return data.result
      .map(({ metric, value: [, value] }) => [...labels.map((one) => metric[one]), value].join(' '))
      .toSorted();
  }

  it('have the metrics of members, with TLS that is verified, and in every database', () => {
    const names = new Set([...said('pg-rds-1').matchAll(/^[a-z]\w+/gm)].map(([name]) => name));
    const missing = serverNames(17).filter((name) => !names.has(name));
    expect(missing.filter((name) => !ABSENT.test(name))).toEqual([]);
    expect(said('pg-rds-1')).toMatch(/^pg_table_n_live_tup\{datname="app",relname="public.t"\}/m);
    expect(said('pg-rds-1')).toMatch(/^pg_query_calls\{datname="app",/m);
    expect(said('pg-url-1')).toMatch(/^pg_query_calls\{datname="app",/m);
    const errors = [...said('pg-rds-1').matchAll(/^pg_exporter_query_scrape_error_count\{.*\} (.*)$/gm)];
    expect(errors.length).toBeGreaterThan(30);
    expect(errors.filter(([, value]) => value !== '0').map(([line]) => line)).toEqual([]);
  });

  it('are told apart: a wrong password, a server that hangs, one that is not there', () => {
    expect(values('labels', 'ins')).toEqual([
      'pg-gone-1 0',
      'pg-hang-1 0',
      'pg-rds-1 1',
      'pg-url-1 1',
      'pg-wrong-1 0',
    ]);
    expect(values('ports', 'ins')).toEqual([
      'pg-gone-1 0',
      'pg-hang-1 1',
      'pg-rds-1 1',
      'pg-url-1 1',
      'pg-wrong-1 1',
    ]);
    expect(values('alerts', 'alertname', 'ins').filter((one) => /Down|LoginFailed/.test(one))).toEqual([
      'PgExporterLoginFailed pg-wrong-1 1',
      'PostgresDown pg-gone-1 1',
      'PostgresDown pg-hang-1 1',
    ]);
    expect(Number(said('logins').split('\n')[1])).toBeGreaterThan(1);
  });

  it('have labels of their own', () => {
    expect(values('labels', 'job', 'cls', 'ins', 'ip', 'instance')[2]).toBe(
      'pgrds pg-rds pg-rds-1 10.10.10.99 10.10.10.99:6001 1',
    );
    expect(values('ping', 'job', 'ins', 'ip')).toEqual(['ping neighbour 10.10.10.99 1']);
  });

  it('leave no job without targets: Prometheus would complain about its directory each second', () => {
    expect(said('log')).not.toContain('no such file or directory');
  });

  it('are asked by infra hosts only', () => {
    expect(said('stranger')).toContain('curl: (');
  });

  it('do not see a password in a log, in arguments, in metrics', () => {
    const sections = [...INSTANCES, 'log', 'arguments', 'alerts', 'labels'];
    expect(said('log')).toContain('password authentication failed');
    expect(said('arguments')).toContain('--web.listen-address=10.10.10.10:20002');
    for (const section of sections)
      for (const secret of SECRETS) expect(said(section).includes(secret), section).toBe(false);
  });
});

type Answer = {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
};

/** Of replication, archiving and what this server does not have. */
const ABSENT = /^pg_(?:repl|slot|recv|downstream|pubrel|subrel|func|seq|sub|defpart|backup|sync)_/;

const ROLE = `create role watcher login password :'password' in role pg_monitor;
create database app;`;

const LISTENER = `import socket, time
one = socket.create_server(("10.10.10.99", 6002))
time.sleep(600)`;

function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
