import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab, type LabClient, labSkipReason } from '../support/lab.ts';
import type { LabNode } from '../support/node.ts';
import { Workshop } from '../support/product.ts';
import { accessDifferences } from './support/access.ts';
import { META_SUITES } from './support/suites.ts';

/* blueprints/meta.yml on a bare machine, from the unpacked tar to connections of every declared user. */
const ADDRESS = '10.10.10.10';
const ODD_PASSWORD = 'it\'s "50%" of $HOME @ {home} \\ & more';
const UNITS = 'etcd.service patroni.service pgbouncer.service haproxy.service';

const reason = labSkipReason();

describe.skipIf(reason).each(META_SUITES)(`blueprint meta on %s ${reason ?? ''}`, (suite) => {
  let workshop: Workshop;
  let lab: Lab;
  let node: LabNode;
  let client: LabClient;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    lab = await createLab();
    node = await lab.node({ ip: ADDRESS, name: 'h10', suite });
    client = await lab.client('10.10.10.99', 'client');
    await node.boot();
  });

  afterAll(async () => {
    await lab?.destroy();
    workshop?.remove();
  });

  /** The last line of an SQL command's output, or its error. */
  async function sql(
    command: string,
    { user = 'dbuser_dba', password = 'DBUser.DBA', database = 'meta', port = 5436, host = ADDRESS } = {},
  ) {
    const url = `host=${host} port=${port} dbname=${database} user=${user} connect_timeout=5`;
    const result = await client.exec(['env', `PGPASSWORD=${password}`, 'psql', '-XAtq', url, '-c', command]);
    return (result.code === 0 ? result.stdout : result.stderr).trim();
  }

  async function apply(): Promise<string> {
    const bundle = await workshop.bundle(ADDRESS);
    await node.sh('rm -rf /root/bundle');
    await node.push(bundle, '/root/bundle');
    const result = await node.exec(['/root/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 300 });
    expect(result.stderr).not.toContain('corrupted');
    expect(result.code, result.stderr).toBe(0);
    return result.stderr;
  }

  async function processes(): Promise<string> {
    return node.sh(`systemctl show -p Id,MainPID,ExecMainStartTimestampMonotonic ${UNITS}`);
  }

  it('applies, and a client commits and reads through the services', async () => {
    await apply();
    const owner = { user: 'dbuser_meta', password: 'DBUser.Meta' };
    expect(
      await sql('create table app.ledger (n int); insert into app.ledger values (42)', {
        ...owner,
        port: 5433,
      }),
    ).toBe('');
    for (const port of [5432, 5433, 5434, 5436, 6432]) {
      expect(await sql('select n from app.ledger', { ...owner, port })).toBe('42');
    }
    expect(await sql('select 1', { ...owner, port: 5438 })).toMatch(/closed the connection|error/);
  });

  it('no service can change its configuration, or read that of another one', async () => {
    expect(await node.sh('find /etc/pigsty /var/lib/pigsty/bundles /var/lib/pigsty/state ! -user root')).toBe(
      '',
    );
    expect(await node.sh('find /etc/pigsty/generations ! -type l -perm /0022')).toBe('');
    const secrets = await node.sh(
      'cd /etc/pigsty/current/etc && find . -perm 0640 -printf "%p %g\\n" | sort',
    );
    expect(secrets).toContain('./patroni/30-secrets.yml postgres');
    expect(secrets).toContain('./etcd/server.key etcd');
    const asEtcd = 'setpriv --reuid etcd --regid etcd --clear-groups';
    const stolen = await node.exec([
      'sh',
      '-c',
      `${asEtcd} cat /etc/pigsty/current/etc/patroni/30-secrets.yml`,
    ]);
    expect(stolen.code).not.toBe(0);
  });

  it('has every declared role with its flags, memberships and comment', async () => {
    const roles = await sql(`
      select string_agg(concat_ws(' ', rolname, rolcanlogin, rolsuper, rolconnlimit, rolvaliduntil::date,
        (select string_agg(r.rolname, ',' order by r.rolname) from pg_auth_members m join pg_roles r on r.oid = m.roleid
         where m.member = u.oid), '|', shobj_description(oid, 'pg_authid')), E'\\n' order by rolname)
      from pg_roles u where rolname ~ '^db'`);
    expect(roles.split('\n')).toEqual([
      'dbrole_admin f f -1 dbrole_readwrite,pg_monitor | role for object creation',
      'dbrole_offline f f -1 | role for restricted read-only access',
      'dbrole_readonly f f -1 | role for global read-only access',
      'dbrole_readwrite f f -1 dbrole_readonly | role for global read-write access',
      'dbuser_dba t t -1 dbrole_admin | pgsql admin user',
      'dbuser_limited t f 2 2099-12-31 | at most two connections, never through the pool',
      'dbuser_meta t f -1 dbrole_admin | owner of database meta',
      'dbuser_monitor t f -1 dbrole_readonly,pg_monitor | pgsql monitor user',
      'dbuser_odd t f -1 dbrole_readwrite |',
      'dbuser_view t f -1 dbrole_readonly | reads and nothing else',
    ]);
  });

  it('has every declared database, schema and extension', async () => {
    const databases = await sql(`
      select string_agg(concat_ws(' ', datname, pg_get_userbyid(datdba), datconnlimit, '|', shobj_description(oid, 'pg_database')),
        E'\\n' order by datname) from pg_database where datname in ('meta', 'vault')`);
    expect(databases.split('\n')).toEqual([
      'meta dbuser_meta -1 | the main database',
      'vault dbuser_meta 20 | closed to others',
    ]);
    const schemas =
      "select string_agg(nspname, ' ' order by nspname) from pg_namespace where nspname in ('app', 'audit', 'monitor')";
    expect(await sql(schemas)).toBe('app audit monitor');
    const extensions =
      "select string_agg(extname, ' ' order by extname) from pg_extension where extname in ('vector', 'pg_trgm', 'pg_stat_statements')";
    expect(await sql(extensions)).toBe('pg_stat_statements pg_trgm vector');
    expect(await sql("select '[1,2,3]'::vector <-> '[1,2,4]'::vector")).toBe('1');
  });

  it('accepts and rejects connections by HBA rules, directly and through the pool', async () => {
    const view = { user: 'dbuser_view', password: 'DBUser.Viewer' };
    expect(await sql('select 1', view)).toBe('1');
    expect(await sql('select 1', { ...view, password: 'wrong' })).toContain('password authentication failed');
    expect(await sql('create table public.forbidden (n int)', view)).toContain('permission denied');
    for (const port of [5436, 5433]) {
      expect(await sql('select 1', { ...view, port, database: 'vault' })).toContain(
        'permission denied for database',
      );
      expect(await sql('select current_user', { user: 'dbuser_odd', password: ODD_PASSWORD, port })).toBe(
        'dbuser_odd',
      );
    }
    const limited = { user: 'dbuser_limited', password: 'DBUser.Limited' };
    expect(await sql('select 1', limited)).toBe('1');
    expect(await sql('select 1', { ...limited, database: 'vault' })).toContain('no pg_hba.conf entry');
    expect(await sql('select 1', { ...limited, port: 5433 })).toMatch(/FATAL/);
    const monitor = { user: 'dbuser_monitor', password: 'DBUser.Monitor', port: 6432 };
    expect(await sql('show version', { ...monitor, database: 'pgbouncer' })).toContain('PgBouncer');
    expect(await sql('select 1', monitor)).toMatch(/FATAL/);
  });

  it('enforces connection limits', async () => {
    const hold = 'select pg_sleep(2)';
    const limited = { user: 'dbuser_limited', password: 'DBUser.Limited' };
    const answers = await Promise.all([sql(hold, limited), sql(hold, limited), sql(hold, limited)]);
    const refused = answers.filter((answer) => answer.includes('too many connections'));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(3);
  });

  it('applies its pool rules to addresses outside private networks', async () => {
    await node.sh('ip addr add 203.0.113.10/24 dev $(ip -o -4 addr show to 10.10.10.10 | cut -d " " -f 2)');
    await client.exec([
      'sh',
      '-c',
      'ip addr add 203.0.113.99/24 dev $(ip -o -4 addr show to 10.10.10.99 | cut -d " " -f 2)',
    ]);
    const outside = { host: '203.0.113.10', port: 6432 };
    expect(await sql('select 1', { ...outside, user: 'dbuser_view', password: 'DBUser.Viewer' })).toBe('1');
    expect(await sql('select 1', { ...outside, user: 'dbuser_meta', password: 'DBUser.Meta' })).toMatch(
      /FATAL/,
    );
  });

  it('lets in through each port whom `explain hba` says, from this network and from foreign addresses', async () => {
    await node.sh('ip addr add 198.51.100.10/24 dev $(ip -o -4 addr show to 10.10.10.10 | cut -d " " -f 2)');
    const link = '$(ip -o -4 addr show to 10.10.10.99 | cut -d " " -f 2)';
    await client.exec(['sh', '-c', `ip addr add 198.51.100.99/24 dev ${link}`]);
    const logins = [
      { user: 'dbuser_dba', password: 'DBUser.DBA' },
      { user: 'dbuser_monitor', password: 'DBUser.Monitor' },
      { user: 'replicator', password: 'DBUser.Replicator' },
      { user: 'dbuser_meta', password: 'DBUser.Meta' },
      { user: 'dbuser_view', password: 'DBUser.Viewer' },
      { user: 'dbuser_limited', password: 'DBUser.Limited' },
    ];
    const routes = [
      { from: '10.10.10.99', to: ADDRESS },
      { from: '203.0.113.99', to: '203.0.113.10' },
      { from: '198.51.100.99', to: '198.51.100.10' },
    ];
    expect(await accessDifferences(workshop.inventory, 'pg-meta', 1, client, 'meta', logins, routes)).toEqual(
      [],
    );
  });

  it('gives its commands to operators: clients to any user, with their own files, the others to root', async () => {
    await node.sh(`
        install -d -o nobody -m 0700 /tmp/operator && cd /tmp/operator
        echo '*:*:*:dbuser_meta:DBUser.Meta' >.pgpass
        echo '\\set answer 42' >.psqlrc
        printf '7\n8\n' >in.csv
        chmod 0600 .pgpass && chown nobody .pgpass .psqlrc in.csv`);
    const asNobody = 'cd /tmp/operator; export HOME=/tmp/operator; setpriv --reuid=nobody --clear-groups';
    const meta = `${asNobody} psql -qAt -h ${ADDRESS} -p 5436 -U dbuser_meta meta`;
    await node.sh(`${meta} -c 'create table app.copied (n int)' -c '\\copy app.copied from in.csv'`);
    expect(await node.sh(`echo 'select sum(n), :answer from app.copied' | (${meta})`)).toBe('15|42\n');
    expect(await node.sh(`${asNobody} pg_dump -h ${ADDRESS} -U dbuser_meta -t app.copied meta`)).toContain(
      'CREATE TABLE app.copied',
    );
    expect(await node.sh('patronictl list')).toMatch(/pg-meta-1 .*Leader .*running/);
    expect(await node.sh('etcdctl member list')).toContain('etcd-1');
    expect((await node.exec(['sh', '-c', `${asNobody} patronictl list`])).code).toBe(77);
  });

  it('makes a backup automatically', async () => {
    await node.sh(
      'for i in $(seq 100); do systemctl is-active -q pgbackrest-init && exit 0; sleep 0.3; done; exit 1',
    );
    const info: unknown = JSON.parse(await node.sh('pgbackrest info --output=json'));
    expect(info).toMatchObject([{ name: 'pg-meta', status: { code: 0 }, backup: [{ type: 'full' }] }]);
    await node.sh('pgbackrest --stanza=pg-meta check');
  });

  it('reserves disk space for a full disk', async () => {
    expect(await node.sh('stat -c "%s %U" /pg/dummy')).toBe('67108864 postgres\n');
  });

  it('does nothing when applied again', async () => {
    const before = await processes();
    const output = await node.exec(['/root/bundle/pigsty-agent', 'apply']);
    expect(output.stderr).toContain('nothing to do');
    expect(await processes()).toBe(before);
  });

  it('reloads what a changed HBA rule and a changed password touch, and restarts nothing', async () => {
    const before = await processes();
    workshop.edit((text) =>
      text.replace('DBUser.Viewer', 'Changed.Viewer').replace('addr: 10.10.10.0/24', 'addr: 10.10.99.0/24'),
    );
    await apply();
    expect(await processes()).toBe(before);
    const view = { user: 'dbuser_view', password: 'Changed.Viewer' };
    await expect.poll(() => sql('select 1', view), { timeout: 20_000 }).toBe('1');
    await expect.poll(() => sql('select 1', { ...view, port: 5433 }), { timeout: 20_000 }).toBe('1');
    const limited = { user: 'dbuser_limited', password: 'DBUser.Limited' };
    await expect.poll(() => sql('select 1', limited), { timeout: 20_000 }).toContain('no pg_hba.conf entry');
  });

  /** The journal of the last provisioning. */
  async function provisioned(): Promise<string> {
    return node.sh(
      'journalctl -u pgsql-provision -o cat --no-pager _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID pgsql-provision)"',
    );
  }

  it('a user that the inventory no longer has cannot log in, directly or through the pool', async () => {
    const view = { user: 'dbuser_view', password: 'Changed.Viewer' };
    const held = sql("select pg_sleep(120), 'still here'", { ...view, port: 5433 });
    await expect
      .poll(() => sql("select count(*) from pg_stat_activity where usename = 'dbuser_view'"))
      .not.toBe('0');
    workshop.edit((text) =>
      text
        .replace(/ {10}- name: dbuser_view\n(?: {12}.*\n)+/, '')
        .replace(/ {10}- \{ user: dbuser_view, .*\n/, '          []\n'),
    );
    await apply();
    expect(await held).toMatch(/FATAL|terminat|closed/);
    for (const port of [5432, 5433, 5436, 6432])
      expect(await sql('select 1', { ...view, port })).toMatch(/FATAL/);
    expect(await sql("select rolcanlogin from pg_roles where rolname = 'dbuser_view'")).toBe('f');
    const words = await provisioned();
    expect(words).toContain('user dbuser_view: login removed: the inventory does not have it');
    expect(words).toContain('user dbuser_view is not in the inventory any more: it cannot log in');
    expect(words).toContain(
      'the roles and databases of the inventory are as declared; not in the inventory: 1',
    );
  });

  it('an error that waiting does not heal ends the apply, with the name of the user', async () => {
    workshop.edit((text) =>
      text.replace(
        '          - name: dbuser_limited\n',
        '$&            parameters: { client_encoding: lots }\n',
      ),
    );
    const bundle = await workshop.bundle(ADDRESS);
    await node.sh('rm -rf /root/bundle');
    await node.push(bundle, '/root/bundle');
    const result = await node.exec(['/root/bundle/pigsty-agent', 'apply'], { timeoutSeconds: 300 });
    expect(result.code).toBe(7);
    expect(result.stderr).toMatch(
      /error: user dbuser_limited: .*client_encoding[\s\S]*was rolled back; \S+ is current, good and healthy again/,
    );
    // The good generation declares less than the cluster has been told since.
    expect(await provisioned()).toMatch(
      /declaration \d of this host is older than \d, which the cluster has/,
    );
  });

  it('and `state: absent` drops the user', async () => {
    workshop.edit((text) =>
      text
        .replace('            parameters: { client_encoding: lots }\n', '')
        .replace('        pg_users:\n', '$&          - { name: dbuser_view, state: absent }\n'),
    );
    await apply();
    expect(await sql("select count(*) from pg_roles where rolname = 'dbuser_view'")).toBe('0');
    expect(await provisioned()).toContain('user dbuser_view: dropped');
  });

  const MODE = '    node_firewall_mode: plan\n';

  /** Whether packets of the client are dropped: a port that nothing listens on refuses a connection at once. */
  async function isDropped(port: number): Promise<boolean> {
    const connect = `exec 3<>/dev/tcp/${ADDRESS}/${port}`;
    return (await client.exec(['timeout', '2', 'bash', '-c', connect])).code === 124;
  }

  it('with node_firewall_mode, opens only the ports of its plan, and restarts nothing', async () => {
    expect(await isDropped(2379)).toBe(false);
    const before = await processes();
    workshop.edit((text) => text.replace('    admin_ip:', `${MODE}$&`));
    await apply();
    expect(await processes()).toBe(before);
    expect(await Promise.all([2379, 8008, 9999].map(isDropped))).toEqual([true, true, true]);
    expect(await Promise.all([22, 5432, 5433].map(isDropped))).toEqual([false, false, false]);
    expect(await sql('select n from app.ledger', { port: 5433 })).toBe('42');
  });

  it('comes back after a reboot', async () => {
    await node.reboot();
    await expect.poll(() => sql('select n from app.ledger', { port: 5433 }), { timeout: 60_000 }).toBe('42');
    expect(await node.sh('pigsty-agent status')).toMatch(/current +(\S+)\ngood +\1/);
    expect(await isDropped(2379)).toBe(true);
  });

  it('starts after a power failure with corrupted .pyc files', async () => {
    await node.sh(`find /var/cache/patroni -name '*.pyc' -exec truncate -s 40 {} +
        systemctl restart patroni pgsql-provision`);
    await expect.poll(() => sql('select n from app.ledger', { port: 5433 }), { timeout: 60_000 }).toBe('42');
    await expect
      .poll(() => node.sh('systemctl is-active patroni pgsql-provision || :'), { timeout: 60_000 })
      .toBe('active\nactive\n');
  });

  it('opens all ports again without node_firewall_mode', async () => {
    workshop.edit((text) => text.replace(MODE, ''));
    await apply();
    expect(await Promise.all([2379, 8008, 9999].map(isDropped))).toEqual([false, false, false]);
  });
});
