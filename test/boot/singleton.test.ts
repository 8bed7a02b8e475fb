import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab, type LabClient, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import type { RunResult } from '../support/process.ts';
import { FIRST_BASELINE, WITH_BASELINE, WITH_LATE } from './support/baselines.ts';
import { changed } from './support/changed.ts';
import { BUNDLES, MetaNode } from './support/meta-node.ts';
import { ADDRESS, type Edit, MetaSite, type RevisionBundle } from './support/meta-site.ts';
import { NO_LIBRARY, patchBundle, SHORT_GATE } from './support/patched-bundle.ts';
import { restorePage } from './support/restore-page.ts';
import { SINGLETON_SUITES } from './support/suites.ts';

/* One host of blueprint meta, its /data on a disk of its own, from its first bundle to the loss of the disk. */
const reason = labSkipReason();

/** Variables for all hosts. */
const withVariables = (...lines: readonly string[]): Edit => [
  'admin_ip: ',
  `${lines.map((line) => `${line}\n    `).join('')}admin_ip: `,
];
const TLS = 'patroni_ssl_enabled: true';
const AUTH_QUERY = 'pgbouncer_auth_query: true';

const REST = `${ADDRESS}:8008`;
const PAUSED = 'Maintenance mode: on';

describe.skipIf(reason).each(SINGLETON_SUITES)(`a host of blueprint meta on %s ${reason ?? ''}`, (suite) => {
  let site: MetaSite;
  let lab: Lab;
  let disk: string;
  let node: LabNode;
  let client: LabClient;
  let host: MetaNode;
  let last: RevisionBundle;
  let revision = -1;

  beforeAll(async () => {
    site = new MetaSite([WITH_BASELINE]);
    mkdirSync(join(site.directory, 'files'));
    writeFileSync(join(site.directory, 'files', 'first.sql'), FIRST_BASELINE);
    last = await site.bundle(++revision, [withVariables(TLS, AUTH_QUERY)]);
    lab = await createLab();
    disk = join(lab.directory, 'data-disk');
    mkdirSync(disk);
    node = await lab.node({ ip: ADDRESS, name: 'h10', suite });
    client = await lab.client('10.10.10.99', 'client');
    host = new MetaNode(lab, node, client);
    node.mount(BUNDLES, site.bundles);
    node.mount('/data', disk);
    await node.boot();
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  /** The next revision of the blueprint, changed by `edits`, on the node. */
  async function apply(...edits: readonly Edit[]): Promise<RunResult> {
    last = await site.bundle(++revision, edits);
    return host.apply(revision);
  }

  async function mustApply(...edits: readonly Edit[]): Promise<void> {
    const { code, stderr } = await apply(...edits);
    expect(code, stderr).toBe(0);
  }

  const list = () => node.sh('patronictl list');

  describe('baselines', () => {
    const TLS_AND_QUERY = withVariables(TLS, AUTH_QUERY);
    const SAID = 'from stdin|once; it\'s "quoted" \\ $1';
    const said = () => asSuperuser('meta', "select string_agg(said, '|' order by said) from baseline");

    async function asSuperuser(database: string, command: string): Promise<string> {
      const psql = ['/usr/local/bin/psql', '-XAtqh', '/run/postgresql', '-d', database, '-c', command];
      const { code, stdout, stderr } = await node.exec(['runuser', '-u', 'postgres', '--', ...psql]);
      return (code === 0 ? stdout : stderr).trim();
    }

    it('run when the database is created', async () => {
      const { code, stderr } = await host.apply(revision);
      expect(code, stderr).toBe(0);
      expect(await said()).toBe(SAID);
    });

    it('are undone when they are wrong, with a message, and not tried again', async () => {
      writeFileSync(join(site.directory, 'late.sql'), 'create table late (n int);\nselect 1/0;\n');
      const before = last;
      const applied = await apply(TLS_AND_QUERY, WITH_LATE);
      expect(applied.code).toBe(7);
      expect(applied.stderr).toContain('pgsql-provision.service');
      expect(await node.sh('journalctl -q -o cat -u pgsql-provision')).toMatch(
        /baseline-\d\.sql:2: ERROR: {2}division by zero[\s\S]*the baseline of database late failed and was rolled back/,
      );
      expect(await node.sh('systemctl show -p NRestarts,ActiveState pgsql-provision')).toBe(
        'NRestarts=0\nActiveState=active\n',
      );
      await host.expectRevision(revision - 1, before.digest);
      expect(await asSuperuser('late', 'select * from late')).toContain('does not exist');
      expect(await said()).toBe(SAID);
    });

    it('run when they are corrected, and never twice', async () => {
      writeFileSync(join(site.directory, 'late.sql'), 'create table late (n int);\n');
      await mustApply(TLS_AND_QUERY, WITH_LATE);
      expect(await asSuperuser('late', 'select count(*) from late')).toBe('0');
      await node.sh('systemctl restart pgsql-provision');
      expect(await said()).toBe(SAID);
      const left = "select count(*) from pg_db_role_setting where setconfig::text ~ 'pigsty'";
      expect(await asSuperuser('postgres', left)).toBe('0');
    });
  });

  it('a configuration that PostgreSQL refuses: apply goes back, and it serves again', async () => {
    const before = last;
    last = await site.bundle(++revision, [withVariables(TLS, AUTH_QUERY), WITH_LATE]);
    await patchBundle(last.directory, [NO_LIBRARY, SHORT_GATE], { restarts: ['patroni.service'] });
    const applied = await host.apply(revision);
    expect(applied.stderr).toMatch(
      /will restart patroni\.service \(Patroni pg-meta-1, PostgreSQL 17 of cluster pg-meta\)/,
    );
    expect(applied.stderr).toMatch(/no_such_library/);
    expect(applied.stderr).toMatch(/was rolled back; \S+ is current, good and healthy again/);
    expect(applied.code).toBe(7);
    last = before;
    await host.expectRevision(revision - 1, last.digest);
  });

  describe('the pool with auth_query, Patroni with TLS, and pause', () => {
    /** The output of an SQL command through the pool, or the error. */
    const sql = (command: string, user = 'dbuser_dba', password = 'DBUser.DBA', port = 5433) =>
      host.sql(command, { user, password, port });

    /** The status of a path of Patroni's REST interface, or why there is none. */
    async function ask(url: string, authority?: string): Promise<string> {
      const script = `fetch('${url}').then((answer) => console.log(answer.status), (error) => console.log(error.cause.code))`;
      const environment = authority === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${authority}`];
      return (await client.exec(['env', ...environment, process.execPath, '-e', script])).stdout.trim();
    }

    it('auth_query: accepts roles that only PostgreSQL has, and no superuser', async () => {
      await sql(`create role walker login password 'Walk.1'; create role root_too login superuser password 'Walk.2';
        create role gone login password 'Walk.3' valid until '2020-01-01';
        grant dbrole_readonly to walker, gone`);
      for (const port of [5433, 6432]) {
        expect(await sql('select current_user', 'walker', 'Walk.1', port)).toBe('walker');
      }
      expect(await sql('select 1', 'walker', 'Walk.x')).toMatch(/authentication failed/);
      expect(await sql('select 1', 'root_too', 'Walk.2')).toMatch(/authentication failed|no such user/);
      expect(await sql('select 1', 'gone', 'Walk.3')).toMatch(/authentication failed|no such user/);
      // The auth_query user is in pgbouncer's list otherwise than the others.
      const login = 'host=127.0.0.1 port=6432 dbname=meta user=dbuser_monitor';
      expect(await node.sh(`PGPASSWORD=DBUser.Monitor psql -XAtq '${login}' -c 'select 1'`)).toBe('1\n');
      await sql("alter role walker password 'Walk.4'");
      await expect.poll(() => sql('select 1', 'walker', 'Walk.4'), { timeout: 20_000 }).toBe('1');
      const asked = await sql(
        "select has_function_privilege('walker', 'monitor.pgbouncer_auth(text)', 'execute')",
        'dbuser_dba',
        'DBUser.DBA',
        5436,
      );
      expect(asked).toMatch(/^f$|does not exist/);
    });

    it('REST API: TLS only', async () => {
      expect(await ask(`https://${REST}/primary`, site.authority)).toBe('200');
      expect(await ask(`https://${REST}/primary`)).toMatch(/SELF_SIGNED|UNABLE_TO/);
      expect(await ask(`http://${REST}/primary`)).not.toMatch(/^\d+$/);
      expect(await list()).toMatch(/pg-meta-1 .*Leader .*running/);
      expect(await node.sh('grep -h check-ssl /etc/pigsty/current/etc/haproxy/*.cfg')).toContain(
        'verify required',
      );
      expect(await node.sh('journalctl -u patroni-guard --no-pager')).not.toContain('killed');
    });

    it('pauses, and goes on; a pause by an operator stays', async () => {
      const applied = await apply(
        WITH_LATE,
        withVariables(TLS, AUTH_QUERY, 'patroni_mode: pause', 'pg_max_conn: 210'),
      );
      expect(applied.code, applied.stderr).toBe(0);
      expect(applied.stderr).toContain('max_connections (200 -> 210) waits for a restart of patroni.service');
      expect(await list()).toContain(PAUSED);
      const status = async () => JSON.parse(await node.sh('pigsty-agent status --json'));
      const waits = { unit: 'patroni.service', setting: 'max_connections', change: '200 -> 210' };
      expect(await status()).toMatchObject({ pendingRestart: expect.arrayContaining([waits]) });
      await mustApply(WITH_LATE, withVariables('patroni_mode: default', 'patroni_ssl_enabled: false'));
      await expect.poll(status, { timeout: 20_000 }).toMatchObject({ pendingRestart: [] });
      expect(await list()).not.toContain(PAUSED);
      // Back in the clear, too.
      expect(await ask(`http://${REST}/primary`)).toBe('200');
      await expect.poll(() => sql('select 1'), { timeout: 20_000 }).toBe('1');
      await node.sh('patronictl pause --wait');
      await node.sh('systemctl restart pgsql-provision');
      expect(await list()).toContain(PAUSED);
      await node.sh('patronictl resume --wait');
      expect(await node.sh('journalctl -u patroni-guard --no-pager')).not.toContain('killed');
    });
  });

  /* The commands of docs/restore.md, as they stand there. */
  describe('a restore to a point in time', () => {
    const { check: CHECK, restore: RESTORE, start: START, carry: CARRY, remove: REMOVE } = restorePage();
    const ROWS = 'select string_agg(row, $$ $$ order by row) from app.ledger';
    const RESTORED_ROWS = `setpriv --reuid=postgres --regid=postgres --clear-groups \
      psql -XAtq -p 5499 -h /run/postgresql -d meta -c '${ROWS}'`;
    const run = (script: string) => node.sh(script, { timeoutSeconds: 300 });
    const members = () => run('patronictl list -f tsv');
    let moment: string;
    let before: string;

    beforeAll(async () => {
      // A point in time can be restored when it is later than the end of a backup.
      const backup = "until pgbackrest info | grep -q 'full backup'; do sleep 0.2; done";
      await node.sh(backup, { timeoutSeconds: 60 });
      before = await members();
      await host.sql("create table app.ledger (row text); insert into app.ledger values ('A')");
      moment = await host.sql('select clock_timestamp()');
      await host.sql("select pg_sleep(1); insert into app.ledger values ('B')");
      await host.sql("delete from app.ledger where row = 'A'");
      expect(await host.sql(ROWS)).toBe('B');
    });

    it('brings back what was there, and not what came later, beside the running cluster', async () => {
      await run(CHECK);
      const restore = RESTORE.replace(/^moment=.*$/m, `moment='${moment}'`);
      expect(restore).toContain(moment);
      await run(restore);
      expect(await run('test ! -f /pg/restored/postmaster.pid; ls /pg/restored/recovery.signal')).not.toBe(
        '',
      );
      await run(START);
      expect(await run(RESTORED_ROWS)).toBe('A\n');
      expect(await host.sql(ROWS)).toBe('B');
      expect(await run('systemctl show -p RootDirectory --value restored.service')).toContain(
        '/var/lib/pigsty/images/',
      );
    });

    it('lets the lost rows be carried over, and leaves no trace', async () => {
      await run(CARRY);
      expect(await host.sql(ROWS)).toBe('A');
      await run(REMOVE);
      expect(await run('ls -d /pg/restored 2>&1 || :')).toContain('No such file');
      expect(before).toMatch(/Leader\trunning\t\d+\b/);
      expect(await members()).toBe(before);
      await run(CHECK);
    });
  });

  describe('without its data disk after a reboot', () => {
    it('etcd and Patroni do not start on the empty directory', async () => {
      await host.sql('create table app.kept (n int); insert into app.kept values (42)');
      await node.shutdown();
      node.unmount('/data');
      // provisioning waits for a database
      await node.boot({ until: 'reachable' });
      for (const unit of ['etcd.service', 'patroni.service']) {
        // what Restart= and a person would do
        await node.exec(['systemctl', 'start', unit]);
        const shown = await node.sh(`systemctl show -p ActiveState,AssertResult,MainPID ${unit}`);
        expect(shown.trim().split('\n').sort(), unit).toEqual([
          'ActiveState=inactive',
          'AssertResult=no',
          'MainPID=0',
        ]);
      }
      expect(await node.sh('find /data -mindepth 1')).toBe('');
    });

    it('apply refuses, says which state is missing, and changes nothing', async () => {
      const before = await host.agent.snapshot();
      const { code, stderr } = await host.apply(revision);
      expect(stderr).toMatch(/state (etcd|pgsql|pgbackrest)\S* was initialised on this node in \/data\/\S+/);
      expect(stderr).toContain('mount the disk');
      expect(code).toBe(2);
      expect(changed(before, await host.agent.snapshot())).toEqual([]);
      expect(await node.sh('find /data -mindepth 1')).toBe('');
      const status = JSON.parse((await host.agent.shell('pigsty-agent status --json')).stdout);
      expect(status.state.length).toBeGreaterThanOrEqual(3);
      for (const state of status.state) expect(state.presence, state.name).toBe('missing');
    });

    it('with its disk, everything recovers automatically, with its rows', async () => {
      await node.shutdown();
      node.mount('/data', disk);
      await node.boot();
      await expect.poll(() => host.sql('select n from app.kept'), { timeout: 60_000 }).toBe('42');
      expect((await host.apply(revision)).code).toBe(0);
      await host.expectRevision(revision, last.digest);
    });
  });
});
