import { describe, expect, it } from 'vitest';
import { Unreachable } from '../../generator/model/brand.ts';
import type { Value } from '../../generator/model/inventory.ts';
import {
  parameterAliases,
  parameterByName,
  parameterTables,
  uniqueMap,
} from '../../generator/modules/parameters.ts';
import { LATER, OURS, UNREAD } from '../../generator/modules/params-section.ts';
import { undocumentedNames } from '../../generator/modules/undocumented.ts';
import { parseKnown } from '../../generator/stages/unknown-keys.ts';

const rows = parameterTables.flatMap((table) => table.rows);

function rowOf(name: string) {
  const row = parameterByName.get(name)?.row;
  if (!row) throw new Error(`no parameter ${name}`);
  return row;
}

/** The messages of a refusal, each after the place inside the value; empty when the value is accepted. */
function problems(name: string, value: unknown): string[] {
  const { parsed } = parseKnown(rowOf(name).schema, value as Value);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
}

describe('the tables', () => {
  it('hold Pigsty’s 279 parameters', () => {
    const counts = parameterTables.map((table) => [
      table.module,
      table.rows.filter((row) => row.id !== undefined).length,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      infra: 56,
      node: 63,
      docker: 4,
      etcd: 10,
      minio: 15,
      redis: 21,
      pgsql: 110,
    });
    const ids = rows.flatMap((row) => row.id ?? []);
    expect(new Set(ids).size).toBe(279);
  });

  it('mark parameters without an id as ours or of a later version, and no others', () => {
    const named = (note: string) => rows.filter((row) => row.note === note).map((row) => row.name);
    const ours = named(OURS);
    const later = named(LATER);
    expect([...ours, ...later].sort()).toEqual(
      rows.flatMap((row) => (row.id === undefined ? row.name : [])).sort(),
    );
    expect(later).toEqual([
      'nginx_exporter_port',
      'nginx_users',
      'blackbox_port',
      'alertmanager_port',
      'grafana_port',
      'vlogs_port',
      'node_firewall_mode',
      'node_firewall_intranet',
      'node_firewall_public_port',
      'mongo_cluster',
      'mysql_cluster',
      'pg_parameters',
      'pgbouncer_ignore_param',
      'pg_crontab',
      'pgbackrest_exporter_enabled',
      'pgbackrest_exporter_port',
      'pgbackrest_exporter_options',
    ]);
    expect(ours).toEqual([
      'prometheus_port',
      'pushgateway_port',
      'ping_targets',
      'alertmanager_cluster_port',
      'alertmanager_receivers',
      'alertmanager_route',
      'alertmanager_global',
      'alertmanager_inhibit_rules',
      'journal_port',
      'journal_data',
      'journal_retention',
      'journal_max_size',
      'journal_enabled',
      'node_os',
      'node_cpu',
      'node_mem_mb',
      'node_disk_bytes',
      'node_zone',
      'image_platform',
      'image_platforms',
      'image_sources',
      'pg_log_keep_size',
      'pg_log_keep_days',
      'pg_relay_port',
      'pgbouncer_relay_port',
      'pgbackrest_schedule',
    ]);
  });

  it('name the parameters without effect', () => {
    const unread = rows.filter((row) => row.note === UNREAD).map((row) => row.name);
    expect(unread.sort()).toEqual([
      'ca_method',
      'exporter_install',
      'exporter_repo_url',
      'gp_role',
      'haproxy_auth_enabled',
      'pg_instances',
    ]);
  });

  it('describe every parameter in one line without a dot at the end', () => {
    expect(rows.filter(({ meaning }) => !/^[^\n]{5,110}[^\n.\s]$/.test(meaning))).toEqual([]);
    expect(new Set(rows.map((row) => row.meaning)).size).toBe(rows.length);
  });

  it('have only Pigsty’s levels', () => {
    expect(rows.filter(({ level }) => !/^[GCINA](?:\/[GCINA])*$/.test(level))).toEqual([]);
  });

  it('are joined by unique names', () => {
    expect(parameterByName.size).toBe(rows.length);
    expect([...parameterAliases.keys()].filter((alias) => parameterByName.has(alias))).toEqual([]);
    expect(undocumentedNames.filter((name) => parameterByName.has(name))).toEqual([]);
    expect(() => uniqueMap([['a', 1] as const, ['a', 2] as const])).toThrow(Unreachable);
    expect(() => uniqueMap([['a', 1] as const], new Map([['a', 2]]))).toThrow(Unreachable);
  });
});

describe('defaults', () => {
  const withDefault = rows.filter((row) => row.default !== undefined);

  it.each(withDefault.map((row) => [row.name, row] as const))(
    '%s has the form that its schema gives',
    (_, row) => {
      expect(row.schema.parse(row.default)).toEqual(row.default);
    },
  );

  it('are missing for identities and optional parameters only', () => {
    const without = rows.filter((row) => row.default === undefined).map((row) => row.name);
    expect(without).toEqual([
      'infra_seq',
      ...['nodename', 'node_firewall_mode', 'vip_address', 'vip_vrid'],
      ...['node_cpu', 'node_mem_mb', 'node_disk_bytes', 'node_zone'],
      ...['etcd_seq', 'minio_seq', 'redis_cluster', 'redis_instances', 'redis_node'],
      ...['pg_cluster', 'pg_seq', 'pg_role', 'pg_instances', 'pg_upstream', 'pg_shard', 'pg_group'],
      ...['gp_role', 'pg_exporters', 'mongo_cluster', 'mysql_cluster'],
    ]);
  });

  it('are for a Debian system', () => {
    expect(rowOf('pg_dbsu_uid').default).toBe(543);
    expect(rowOf('repo_modules').default).toBe('infra,node,pgsql,redis');
    expect(rowOf('pg_packages').default).toContain('postgresql-*-${pg_version}');
    expect(rowOf('pg_default_hba_rules').default).toHaveLength(12);
    expect(rowOf('pg_default_privileges').default).toHaveLength(17);
  });

  it('name no mirror of Debian', () => {
    const text = JSON.stringify(rowOf('repo_upstream').default);
    expect(text).toContain('${debian_mirror}/ ${distro_codename} main');
    expect(text).toContain('${debian_security_mirror} ${distro_codename}-security');
    expect(text).not.toMatch(/debian\.org|\/debian\//);
  });
});

describe('secrets', () => {
  it('are flagged wherever a name says so', () => {
    const named = rows.filter((row) => /password|secret_key$|cipher_pass/.test(row.name));
    expect(named).toHaveLength(9);
    expect(named.filter((row) => row.secret !== true).map((row) => row.name)).toEqual([]);
  });

  it('are flagged inside structured values', () => {
    expect(rowOf('pg_users').secretKeys).toEqual(['password']);
    expect(rowOf('pg_default_roles').secretKeys).toEqual(['password']);
    expect(rowOf('minio_users').secretKeys).toEqual(['secret_key']);
    expect(rowOf('redis_sentinel_monitor').secretKeys).toEqual(['password']);
    expect(rowOf('pgbackrest_repo').secretKeys).toEqual(
      expect.arrayContaining(['s3_key', 's3_key_secret', 'cipher_pass']),
    );
  });
});

describe('values in the forms of inventories', () => {
  it.each<[string, unknown, unknown]>([
    ['patroni_watchdog_mode', false, 'off'],
    ['patroni_watchdog_mode', 'off', 'off'],
    ['patroni_watchdog_mode', 'required', 'required'],
    ['pg_version', '16', 16],
    ['pg_version', 17, 17],
    ['pg_port', '5432', 5432],
    ['pg_max_conn', 'auto', 'auto'],
    ['pg_max_conn', '500', 500],
    ['pg_shared_buffer_ratio', '0.25', 0.25],
    ['pg_admin_password', 12345, '12345'],
    ['pg_dbsu_password', '', ''],
    ['pg_delay', 0, '0'],
    ['pg_delay', '1h', '1h'],
    ['pg_checksum', 'yes', true],
    ['pg_checksum', 'off', false],
    ['pg_listen', '${ip},${vip},${lo}', '${ip},${vip},${lo}'],
    ['pg_listen', '10.0.0.1, 127.0.0.1', '10.0.0.1, 127.0.0.1'],
    ['pg_vip_address', '10.10.10.2/24', '10.10.10.2/24'],
    ['pg_dns_target', '10.10.10.9', '10.10.10.9'],
    ['haproxy_client_timeout', 30, '30'],
    ['node_timezone', 'Etc/GMT+3', 'Etc/GMT+3'],
    ['haproxy_admin_password', 123, '123'],
    ['redis_max_memory', '64MB', '64MB'],
    ['redis_instances', { 6379: {}, 6380: null }, { 6379: {}, 6380: {} }],
    ['redis_instances', { 6380: { replica_of: '10.10.10.10 6379' } }, undefined],
    ['minio_data', '/data{1...4}', '/data{1...4}'],
    ['node_hugepage_ratio', 0, 0],
    ['pgbackrest_schedule', '30 2 * * 1-5', '30 2 * * 1-5'],
    ['pgbackrest_repo', { s3: { type: 's3', bundle: true, s3_key_type: 'auto' } }, undefined],
    [
      'pg_exporters',
      { 20001: { pg_cluster: 'pg-rds', pg_seq: 1, pg_host: 'db', pg_databases: [{ name: 'a' }] } },
      undefined,
    ],
    ['pg_users', [{ name: 'a', password: 1, expire_at: '2030-12-31', pool_connlimit: -1 }], undefined],
    ['pg_services', [{ name: 'x', port: '5435', selector: '[]', dest: 6432 }], undefined],
    ['pg_hba_rules', [{ title: 't', role: 'offline', rules: ['host all all 10.0.0.0/8 md5'] }], undefined],
    ['pg_hba_rules', [{ user: '+dbrole_readonly', db: 'all', addr: '172.0.0.0/8', auth: 'ssl' }], undefined],
  ])('%s accepts %j', (name, value, normal) => {
    expect(problems(name, value)).toEqual([]);
    if (normal !== undefined) expect(rowOf(name).schema.parse(value)).toEqual(normal);
  });

  it('accepts both spellings of the pool keys of a database', () => {
    const documented = { name: 'a', pool_size_reserve: 1, pool_max_db_conn: 2 };
    const inCode = { name: 'a', pool_reserve: 1, pool_connlimit: 2 };
    expect(problems('pg_databases', [documented, inCode])).toEqual([]);
  });

  it('gives extensions and schemas one form', () => {
    const value = [
      { name: 'a', schemas: ['app'], extensions: ['vector', { name: 'postgis', schema: 'gis' }] },
    ];
    expect(rowOf('pg_databases').schema.parse(value)).toEqual([
      {
        name: 'a',
        schemas: [{ name: 'app' }],
        extensions: [{ name: 'vector' }, { name: 'postgis', schema: 'gis' }],
      },
    ]);
  });

  it('accepts other options of pgBackRest, and switches as y or n', () => {
    const value = { s3: { type: 's3', bundle: true, s3_key_type: 'auto' }, local: { bundle: 'n' } };
    const parsed = { s3: { type: 's3', bundle: 'y', s3_key_type: 'auto' }, local: { bundle: 'n' } };
    expect(rowOf('pgbackrest_repo').schema.parse(value)).toEqual(parsed);
  });
});

describe('values that are rejected', () => {
  const PATH = 'an absolute path of letters, digits and . _ - @ + = , without `..`';

  it.each<[string, unknown, string[]]>([
    ['pg_port', 0, ['expected a port 1-65535']],
    ['pg_port', '65536', ['expected a port 1-65535']],
    ['pg_port', 'many', ['expected a port 1-65535']],
    ['pg_version', '16.2', ['expected a major version of PostgreSQL, 12-18']],
    ['pg_max_conn', 19, ['expected auto or a number of connections, 20 or more']],
    ['pg_shared_buffer_ratio', 0.5, ['expected a number 0.1-0.4']],
    ['pg_cluster', 'pg_meta', ['expected a name of letters, digits and -']],
    ['pg_role', 'master', ['expected one of primary, replica, offline, standby, delayed']],
    ['patroni_watchdog_mode', true, ['expected one of off, automatic, required']],
    ['pg_admin_password', '', ['expected a password of one line, not empty']],
    ['pg_admin_password', true, ['expected a password of one line, not empty']],
    ['pg_vip_address', '10.10.10.2', ['expected an IPv4 address with its mask, as 10.10.10.2/24']],
    ['admin_ip', '10.10.10.256', ['expected an IPv4 address']],
    ...[
      'data',
      '/my data',
      '/data\nUser=root',
      '/data:/etc',
      '/%h',
      '/"data"',
      '/$HOME',
      '/d\\x20',
      '/a/..',
      '/../a',
    ].map((path): [string, unknown, string[]] => ['pg_fs_main', path, [`expected ${PATH}`]]),
    ['haproxy_admin_password', 'a\nb', ['expected text of one line, not empty']],
    [
      'node_timezone',
      'Asia/Hong Kong',
      ['expected a name of the time zone database, as Europe/Berlin, or empty text'],
    ],
    ['haproxy_client_timeout', 'long', ['expected a time span, as 30s, 24h or 15d']],
    ['node_packages', 'vim', ['expected a list of texts']],
    ['pgbackrest_schedule', '0 25 * * *', ['expected five fields of cron, as `0 1 * * *`']],
    ['pgbackrest_schedule', '0 1 * *', ['expected five fields of cron, as `0 1 * * *`']],
    ['node_os', 'el7', ['expected one of debian12, debian13, ubuntu22, ubuntu24, el8, el9']],
    ['vip_vrid', 255, ['expected a router id 1-254']],
    ['pg_users', [{}], ['0: name: missing, expected text of one line, not empty']],
    ['pg_users', [{ name: 'a', expire_at: '2030-13-01' }], ['0: expire_at: expected a day, as 2030-12-31']],
    ['pg_users', [{ name: 'a', expire_at: '2030-02-30' }], ['0: expire_at: expected a day, as 2030-12-31']],
    [
      'pg_hba_rules',
      [{ user: 'a', addr: 'every where' }],
      [
        '0: addr: expected an address or network, a host name, samehost or samenet, or one of local, localhost, admin, infra, cluster, intra, intranet, world, all',
      ],
    ],
    [
      'pg_services',
      [{ name: 'x', port: 5435, selector: '[? pg_role' }],
      ['0: selector: expected a JMESPath expression over the members, as [? pg_role == `primary`]'],
    ],
    ['node_etc_hosts', ['10.0.0.1 a \\'], ['0: expected a line of /etc/hosts: `10.10.10.10 name`']],
    ['redis_instances', { http: {} }, ['http: expected a dictionary with ports 1-65535 as keys']],
    [
      'pgbackrest_repo',
      { local: { path: 'backup' } },
      [`local: path: expected ${PATH}; \${pg_cluster} may be part of it`],
    ],
  ])('%s: %j', (name, value, expected) => {
    expect(problems(name, value)).toEqual(expected);
  });
});

describe('keys that a value does not have are left out', () => {
  it.each<[string, Value, Value, string]>([
    ['pg_users', [{ name: 'a', supeuser: true }], [{ name: 'a' }], '0.supeuser: superuser'],
    ['pg_databases', [{ name: 'a', ownr: 'b' }], [{ name: 'a' }], '0.ownr: owner'],
    [
      'pg_databases',
      [{ name: 'a', extensions: ['x', { name: 'b', shema: 'c' }] }],
      [{ name: 'a', extensions: [{ name: 'x' }, { name: 'b' }] }],
      '0.extensions.1.shema: schema',
    ],
    ['pg_hba_rules', [{ user: 'a', state: 'absent' }], [{ user: 'a' }], '0.state: undefined'],
    ['haproxy_services', [{ name: 'a', port: 1, server: [] }], [{ name: 'a', port: 1 }], '0.server: servers'],
    [
      'haproxy_services',
      [{ name: 'a', port: 1, servers: [{ name: 'b', ip: '1.2.3.4', port: '2', wieght: 1 }] }],
      [{ name: 'a', port: 1, servers: [{ name: 'b', ip: '1.2.3.4', port: 2 }] }],
      '0.servers.0.wieght: weight',
    ],
    ['redis_instances', { 6379: { a: 1 } }, { 6379: {} }, '6379.a: undefined'],
    ['infra_portal', { home: { domian: 'a' } }, { home: {} }, 'home.domian: domain'],
    [
      'repo_upstream',
      [{ name: 'a', module: 'b', releases: [1], baseurl: { default: 'c', chna: 'd' } }],
      [{ name: 'a', module: 'b', releases: [1], baseurl: { default: 'c' } }],
      '0.baseurl.chna: china',
    ],
  ])('%s: %j', (name, value, rest, found) => {
    const { parsed, unknown } = parseKnown(rowOf(name).schema, value);
    expect(parsed).toMatchObject({ success: true, data: rest });
    expect(JSON.stringify(parsed.data)).toBe(JSON.stringify(rest));
    expect(unknown.map(({ path, key, suggestion }) => `${[...path, key].join('.')}: ${suggestion}`)).toEqual([
      found,
    ]);
  });

  it('besides other mistakes', () => {
    const { parsed, unknown } = parseKnown(rowOf('pg_users').schema, [{ nam: 'a', connlimit: 'b' }]);
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['0.name', '0.connlimit']);
    expect(unknown).toMatchObject([{ key: 'nam', suggestion: 'name' }]);
  });
});
