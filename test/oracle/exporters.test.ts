import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRAPER } from '../../generator/model/monitoring.ts';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { makeClient } from '../support/scraper.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';
import { poolNames, serverNames } from './exporters/names.ts';

/*
 * The exporters of the images, as their start scripts start them, against PostgreSQL and pgbouncer of the images with the
 * rules and users of the bundle: what they say, and to whom.
 */
const skipped = skipReason('ip', 'unshare', 'chroot', 'openssl', 'curl');
const CURRENT = '/etc/pigsty/current';
const STRANGER = 'pg-meta-1';

/** Values of a metric by its labels. */
function valuesOf(text: string, name: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());
}

function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^[a-z]\w+/gm)].map(([name]) => name));
}

/** What the steps write, by their names. */
function sectionsOf(text: string): Map<string, string> {
  return new Map(text.split('=== ').map((part) => [part.split('\n')[0] ?? '', part]));
}

const PORTS = [9630, 9631, 9100, 9854];
const VERSIONS = [
  { major: 17, image: 'postgres-17' },
  { major: 18, image: 'postgres-18.debian14' },
];

describe.skipIf(skipped).each(VERSIONS)(
  `exporters of PostgreSQL $major${skipped ? ` (${skipped})` : ''}`,
  ({ major, image }) => {
    let workshop: Workshop;
    let bundle: UnpackedBundle;
    let clients: string;
    let found: Map<string, string>;

    beforeAll(async () => {
      workshop = new Workshop('meta', (text) => text.replace('pg_version: 17', `pg_version: ${major}`));
      bundle = await UnpackedBundle.ofMeta(workshop);
      clients = workshop.directory;
      const pki = join(workshop.directory, 'meta.pki');
      for (const name of [SCRAPER, STRANGER]) await makeClient(pki, clients, name);
      const result = await bundle.run(script(image, major));
      found = sectionsOf(result.stdout);
      expect(result.code, result.stdout.slice(-2000) + result.stderr).toBe(0);
    }, 600_000);
    afterAll(() => {
      if (workshop) removeTree(workshop.directory);
    });

    const said = (section: string) => found.get(section) ?? '';

    /** All of them in one run: servers, then exporters, then what is asked. */
    function script(server: string, version: number): string {
      const suffix = version === 18 ? '.debian14' : '';
      return [
        'chgrp -R 378 etc/pg_exporter etc/exporter && chgrp -R 543 etc/pgsql etc/pgbouncer && chmod -R g+rX etc',
        `bin=/usr/lib/postgresql/${version}/bin`,
        `pg() { within ${server} 543 "$@"; }`,
        `sql() { pg "$bin/psql" -h /run/postgresql -XAtq "$@"; }`,
        `pg "$bin/initdb" -D /pg/data -U postgres --auth=trust --no-sync >/dev/null`,
        // The rules of the bundle that matter to the monitoring user.
        `sed -n 's/^ *- \\(.*\\)$/\\1/p' etc/patroni/10-patroni.yml | grep dbuser_monitor >"$node/hba" || :`,
        `{ echo 'local all postgres trust'; echo 'local replication postgres trust'; cat "$node/hba"; } >"$node/data/hba"`,
        `pg "$bin/postgres" -D /pg/data -c hba_file=/data/hba -c unix_socket_directories=/run/postgresql -c listen_addresses= \\
           -c fsync=off -c wal_level=logical -c archive_mode=on -c archive_command='pgbackrest --stanza=pg-meta archive-push %p' -c shared_preload_libraries=pg_stat_statements -c track_functions=all >"$node/pg.log" 2>&1 &`,
        `for try in $(seq 200); do sql -U postgres -c 'select 1' >/dev/null 2>&1 && break; sleep 0.1; done`,
        `pg env PGHOST=/run/postgresql PGPORT=5432 PGUSER=postgres PGCLIENTENCODING=UTF8 \\
           python3 -B ${CURRENT}/etc/pgsql/provision/provision.py >"$node/provision.log" 2>&1 || { cat "$node/provision.log"; exit 3; }`,
        `sql -U postgres -d meta -v ON_ERROR_STOP=1 -c "${SAMPLE}" >/dev/null`,
        `pg "$bin/pg_basebackup" -h /run/postgresql -U postgres -D /pg/tmp/standby -R -S standby -c fast`,
        `pg "$bin/postgres" -D /pg/tmp/standby -c port=5433 -c hba_file=/data/hba -c shared_preload_libraries=pg_stat_statements -c archive_mode=off -c unix_socket_directories=/run/postgresql -c listen_addresses= >"$node/standby.log" 2>&1 &`,
        'chmod 711 "$node/data" && for one in stanza-create backup; do pg pgbackrest --stanza=pg-meta --log-level-console=warn "$one" || exit 4; done',
        `within pgbackrest-exporter${suffix} 543 sh ${CURRENT}/etc/pgsql/pgbackrest-exporter.sh >"$node/backrest.log" 2>&1 &`,
        `ln -sfn ${CURRENT}/etc/pgsql/role/primary "$node/run/postgresql/role"`,
        `within pgbouncer 543 pgbouncer ${CURRENT}/etc/pgbouncer/pgbouncer.ini >"$node/pool.log" 2>&1 &`,
        ...['pg_exporter', 'pgbouncer_exporter'].map(
          (name) =>
            `within pg-exporter 378 sh ${CURRENT}/etc/pg_exporter/${name}.sh >"$node/${name}.log" 2>&1 &`,
        ),
        // Its loader is named by its path on a node.
        'mount --rbind /sys "$tree/node-exporter/sys"',
        `sed 's|^root=.*|root=|' etc/exporter/node-exporter.sh >etc/exporter/here.sh`,
        `mkdir -p "$node/run/pigsty-metrics" && echo 'pigsty_agent_good 1' >"$node/run/pigsty-metrics/pigsty.prom"`,
        `within node-exporter 378 sh ${CURRENT}/etc/exporter/here.sh >"$node/node_exporter.log" 2>&1 &`,
        `get() { curl -sS -m 10 --cacert '${clients}/meta.pki/ca.crt' "$@"; }`,
        `as() { name=$1; shift; get --cert "${clients}/$name.crt" --key "${clients}/$name.key" "$@"; }`,
        `for try in $(seq 100); do as ${SCRAPER} https://10.10.10.10:9630/metrics 2>/dev/null | grep -q '^pg_repl_state' && break; sleep 0.2; done`,
        `for try in $(seq 100); do as ${SCRAPER} https://10.10.10.10:9854/metrics 2>/dev/null | grep -q '^pgbackrest_stanza' && break; sleep 0.2; done`,
        ...PORTS.flatMap((port) => [
          `echo '=== ${port}'; as ${SCRAPER} https://10.10.10.10:${port}/metrics`,
          `echo '=== ${port} without'; get https://10.10.10.10:${port}/metrics 2>&1 | tail -n 1`,
          `echo '=== ${port} stranger'; as ${STRANGER} https://10.10.10.10:${port}/metrics 2>&1 | tail -n 1`,
          `echo '=== ${port} plain'; curl -sS -m 5 http://10.10.10.10:${port}/metrics 2>&1 | tail -n 1; echo`,
        ]),
        `echo '=== standby'; sed "s|:5432/|:5433/|;s|:9630|:9640|" etc/pg_exporter/pg_exporter.sh >etc/pg_exporter/standby.sh`,
        `chgrp 378 etc/pg_exporter/standby.sh; within pg-exporter 378 sh ${CURRENT}/etc/pg_exporter/standby.sh >"$node/second.log" 2>&1 &`,
        `for try in $(seq 50); do as ${SCRAPER} https://10.10.10.10:9640/metrics >"$node/second" 2>/dev/null && grep -q '^pg_recv_state' "$node/second" && break; sleep 0.2; done`,
        `cat "$node/second"`,
        `echo '=== log'; cat "$node/pg_exporter.log" "$node/pgbouncer_exporter.log" "$node/second.log"`,
        'cd "$tree/pg-exporter/proc"',
        `echo '=== arguments'; for one in [0-9]*; do readlink "$one/exe" | grep -q exporter && tr '\\0' ' ' <"$one/cmdline"; done; echo`,
        `echo '=== environment'; for one in [0-9]*; do grep -qs PGPASSWORD "$one/environ" && stat -c '%u %a' "$one/environ" && readlink "$one/exe"; done; true`,
      ].join('\n');
    }

    it('have the names that users know', () => {
      const missing = (text: string, names: readonly string[]) =>
        names.filter((name) => !namesIn(text).has(name));
      expect(missing(said('9630'), serverNames(major))).toEqual([]);
      expect(missing(said('9631'), poolNames)).toEqual([]);
    });

    it('run every query without an error, as the monitoring user', () => {
      expect(said('log')).not.toMatch(/level=(?:WARN|ERROR)(?!.*startup will continue)/);
      const errors = valuesOf(said('9630'), 'pg_exporter_query_scrape_error_count');
      expect(errors.length).toBeGreaterThan(30);
      expect(errors.filter((value) => !value.endsWith('} 0'))).toEqual([]);
    });

    it('say what is so', () => {
      const text = said('9630');
      expect(valuesOf(text, 'pg_up')).toEqual(['1']);
      expect(valuesOf(text, 'pg_repl_state')).toEqual([
        expect.stringMatching(/^\{.*appname="walreceiver".*\} 0$/),
      ]);
      expect(valuesOf(text, 'pg_slot_active')).toEqual([expect.stringMatching(/slot_name="standby".*\} 1$/)]);
      expect(valuesOf(text, 'pg_table_n_live_tup')).toContainEqual(
        expect.stringMatching(/^\{datname="meta",relname="public.sample"\} 100$/),
      );
      expect(valuesOf(text, 'pg_seq_used_ratio')).toEqual([
        expect.stringMatching(/public.sample_id_seq"\} 0\.5$/),
      ]);
      expect(valuesOf(text, 'pg_timeline_id')).toEqual(['1']);
      expect(valuesOf(text, 'pg_version')).toEqual([expect.stringMatching(new RegExp(`^${major}`))]);
    });

    it('on a standby, do what a standby can', () => {
      const text = said('standby');
      expect(valuesOf(text, 'pg_in_recovery')).toEqual(['1']);
      expect(valuesOf(text, 'pg_recv_state')).toEqual([expect.stringMatching(/\} 0$/)]);
      expect(valuesOf(text, 'pg_lag')).toEqual(['0']);
      expect(namesIn(text)).toContain('pg_db_confl_confl_snapshot');
      const errors = valuesOf(text, 'pg_exporter_query_scrape_error_count');
      expect(errors.filter((value) => !value.endsWith('} 0'))).toEqual([]);
    });

    it('answer to the infra hosts only, and never without TLS', () => {
      for (const port of PORTS) {
        for (const client of ['without', 'stranger']) {
          expect(said(`${port} ${client}`), `${port} ${client}`).toContain('curl: (');
          expect(said(`${port} ${client}`)).not.toContain('_info');
        }
        expect(said(`${port} plain`)).toContain('Client sent an HTTP request to an HTTPS server');
      }
    });

    it('keep the password to themselves', () => {
      const password = /PGPASSWORD=(\S+)/.exec(bundle.read('etc/pg_exporter/pg_exporter.sh'))?.[1] ?? '';
      expect(password.length).toBeGreaterThan(5);
      for (const section of ['arguments', 'log', '9630', '9631', 'standby'])
        expect(said(section), section).not.toContain(password);
      expect(said('environment')).toMatch(/\n378 400\n/);
      expect(
        said('environment')
          .split('\n')
          .filter((line) => line.startsWith('/')),
      ).toEqual(expect.arrayContaining([expect.stringContaining('pg_exporter')]));
    });

    it('of backups: the last one, and whether it is usable', () => {
      const text = said('9854');
      expect(valuesOf(text, 'pgbackrest_stanza_status')).toEqual([
        expect.stringMatching(/stanza="pg-meta".*\} 0$/),
      ]);
      expect(valuesOf(text, 'pgbackrest_backup_since_last_completion_seconds').length).toBe(3);
      expect(valuesOf(text, 'pgbackrest_backup_error_status')).toEqual([expect.stringMatching(/\} 0$/)]);
    });

    it('of the node: metrics of the host, and of the agent', () => {
      const text = said('9100');
      const wanted =
        'node_load1 node_cpu_seconds_total node_memory_MemAvailable_bytes node_filesystem_avail_bytes node_disk_io_time_seconds_total node_network_receive_bytes_total node_netstat_Tcp_AttemptFails node_netstat_Tcp_EstabResets node_timex_sync_status node_processes_pids pigsty_agent_good';
      expect(wanted.split(' ').filter((name) => !namesIn(text).has(name))).toEqual([]);
      expect(valuesOf(text, 'node_textfile_scrape_error')).toEqual(['0']);
      const failed = valuesOf(text, 'node_scrape_collector_success').filter((value) => value.endsWith(' 0'));
      expect(failed.filter((value) => !NEEDS_HARDWARE.test(value))).toEqual([]);
    });
  },
);

/** Collectors that have nothing to say on a machine without such a device. */
const NEEDS_HARDWARE =
  /"(?:bcache|bonding|btrfs|cpufreq|edac|fibrechannel|hwmon|infiniband|ipvs|mdadm|nfs|nfsd|nvme|powersupplyclass|rapl|selinux|tapestats|thermal_zone|watchdog|xfs|zfs|dmi|pressure|conntrack|softnet|schedstat)"/;

const SAMPLE = `create table sample(id smallserial primary key, v text);
  insert into sample(v) select 'x' from generate_series(1, 100); analyze sample;
  select setval('sample_id_seq', 16384, true); alter sequence sample_id_seq maxvalue 32768 as int;
  grant select on sequence sample_id_seq to dbuser_monitor;
  create table parted(id int) partition by range (id); create table parted_rest partition of parted default;
  create function f() returns int language plpgsql as 'begin return 1; end'; select f(); create publication p for table sample;
  select pg_create_physical_replication_slot('standby');`;
