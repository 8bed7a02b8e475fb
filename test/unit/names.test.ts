import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';

/** The result for a cluster of one member with these variables. */
function site(vars: string) {
  const text = `all:
  children:
    infra: { hosts: { 10.0.0.1: { infra_seq: 1, grafana_enabled: false, loki_enabled: false, nginx_enabled: false, alertmanager_enabled: false } } }
    etcd: { hosts: { 10.0.0.1: { etcd_seq: 1 } } }
    pg-a: { hosts: { 10.0.0.1: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-a, pg_version: 17, ${vars} } }
`;
  return compile(text, 'pigsty.yml', 'pigsty');
}

const IGNORED = ['module/not-built', 'site/published-password', 'pgsql/pools-over-connections'];
const codes = (vars: string) =>
  site(vars)
    .diagnostics.map(({ code }) => code)
    .filter((code) => !IGNORED.includes(code));

function fileOf(vars: string, path: string): string {
  const compiled = site(vars);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join());
  const file = [...compiled.value.plan.hosts][0]?.plan.files.find((one) => one.path === path);
  return JSON.stringify(file?.source);
}

describe('names that the inventory does not define', () => {
  it.each<[string, string]>([
    ['pg_databases: [{ name: a, owner: nobody }]', 'pgsql/unknown-owner'],
    ['pg_databases: [{ name: a, pool_auth_user: nobody }]', 'pgsql/unknown-pool-user'],
    ['pg_databases: [{ name: a, template: b }]', 'pgsql/unknown-template'],
    ['pg_databases: [{ name: a, template: b }, { name: b }]', 'pgsql/template-later'],
    ['pg_databases: [{ name: a, template: a }]', 'pgsql/template-later'],
    ['pg_databases: [{ name: a, tablespace: fast }]', 'pgsql/not-in-inventory'],
    ['pg_databases: [{ name: a, extensions: [{ name: hstore, schema: b }] }]', 'pgsql/unknown-schema'],
    ['pg_users: [{ name: a, roles: [pg_no_such_role] }]', 'pgsql/unknown-role'],
    ['pg_users: [{ name: a, roles: [pg_signal_autovacuum_worker] }]', 'pgsql/unknown-role'],
    ['pg_users: [{ name: a, roles: [constructor] }]', 'pgsql/not-in-inventory'],
    ['pg_default_privileges: [GRANT SELECT ON TABLES TO nobody]', 'pgsql/unknown-grantee'],
    ['pg_hba_rules: [{ user: "app,${dbuser}", addr: intra, auth: pwd }]', 'pgsql/unknown-hba-user'],
    ['pg_hba_rules: [{ user: all, db: "a,shp", addr: intra, auth: pwd }]', 'pgsql/unknown-hba-database'],
    ['pg_hba_rules: [{ rules: ["host all ${admin} all md5"] }]', 'pgsql/unknown-hba-user'],
    ['pgb_hba_rules: [{ rules: [host all nobody all md5] }]', 'pgsql/unknown-hba-user'],
  ])('%s', (vars, code) => {
    expect(codes(vars)).toContain(code);
  });

  it.each([
    'pg_users: [{ name: app, roles: [pg_maintain, dbrole_admin] }], pg_databases: [{ name: a, owner: app }]',
    'pg_admin_username: boss, pg_databases: [{ name: a, owner: boss }, { name: b, owner: postgres, template: a }]',
    'pg_databases: [{ name: a, template: template0, tablespace: pg_default, schemas: [b], extensions: [{ name: hstore, schema: b }] }]',
    'pg_default_privileges: ["GRANT ALL ON TABLES TO PUBLIC, dbrole_admin WITH GRANT OPTION"]',
    'pg_databases: [{ name: a }], pg_hba_rules: [{ user: "/^app", db: "a,postgres,replication,/^b", addr: intra, auth: ssl }]',
    'pg_hba_rules: [{ user: "+pg_monitor,${admin}", addr: 10.0.0.2, auth: ssl }]',
  ])('are not among these: %s', (vars) => {
    expect(codes(vars)).toEqual([]);
  });
});

describe('names of one list', () => {
  it.each(['pg_users', 'pg_databases', 'pg_default_roles'])('are unique in %s', (parameter) => {
    expect(codes(`${parameter}: [{ name: one }, { name: two }, { name: one }]`)).toContain(
      'pgsql/name-twice',
    );
  });

  it.each(['pg_x', 'public', 'none', 'x'.repeat(64)])('a role cannot be %s', (name) => {
    expect(codes(`pg_users: [{ name: ${name} }]`)).toEqual(['pgsql/unusable-name']);
    expect(codes(`pg_monitor_username: ${name}`)).toContain('pgsql/unusable-name');
  });

  it('a role is not its own member', () => {
    const roles = '{ name: a, roles: [b] }, { name: b, roles: [c] }, { name: c, roles: [b] }';
    expect(codes(`pg_users: [${roles}]`)).toEqual(['pgsql/role-cycle']);
    expect(codes('pg_users: [{ name: a, roles: [a] }]')).toEqual(['pgsql/role-cycle']);
  });
});

describe('the pool', () => {
  it.each(['pgbouncer', 'a'.repeat(64), 'a b'])('has no database %s', (name) => {
    const vars = `pg_databases: [{ name: other }, { name: ${name} }]`;
    expect(codes(vars)).toEqual(['pgsql/database-not-poolable']);
    const databases = fileOf(vars, 'etc/pgbouncer/database.txt');
    expect([databases.includes('"other = '), databases.includes(`"${name} = `)]).toEqual([true, false]);
  });

  it('that is off is no server of a service', () => {
    expect(codes('pgbouncer_enabled: false')).toEqual(['pgsql/service-to-disabled-pool']);
    expect(codes('pgbouncer_enabled: false, pg_default_service_dest: postgres')).toEqual([]);
    const service = '{ name: x, port: 5440, selector: "[]", dest: 6432 }';
    expect(
      codes(`pgbouncer_enabled: false, pg_default_service_dest: postgres, pg_services: [${service}]`),
    ).toEqual(['pgsql/service-to-disabled-pool']);
  });
});

describe('services', () => {
  it('take the place of default ones with their names, as in Pigsty', () => {
    const vars = 'pg_services: [{ name: replica, port: 5440, selector: "[]" }]';
    expect(codes(vars)).toEqual(['pgsql/default-service-replaced']);
    expect(fileOf(vars, 'etc/haproxy/service-pg-a-replica.cfg')).toContain('5440');
  });

  it('have their own ports', () => {
    const compiled = site('pg_services: [{ name: x, port: 5433, selector: "[]" }]');
    const clash = compiled.diagnostics.find(({ code }) => code === 'node/port-clash');
    expect(clash).toMatchObject({ place: { line: 5 } });
  });
});

describe('an md5 hash', () => {
  const HASH = 'md5d51c9a7e9353746a6020f9602d452929';

  it('is no password for those who log in with it', () => {
    const monitor = `pg_monitor_password: ${HASH}`;
    const isRefused = (vars: string) => codes(vars).includes('pgsql/hash-for-password');
    expect(isRefused(`pg_replication_password: ${HASH}`)).toBe(true);
    expect([isRefused(monitor), isRefused(`${monitor}, pgbouncer_auth_query: true`)]).toEqual([false, true]);
  });

  it.each<[string, boolean]>([
    [`pg_users: [{ name: app, password: ${HASH}, roles: [dbrole_admin] }]`, true],
    [`pg_users: [{ name: app, password: ${HASH}, login: false, roles: [dbrole_admin] }]`, false],
    [`pg_pwd_enc: md5, pg_users: [{ name: app, password: ${HASH}, roles: [dbrole_admin] }]`, false],
    [`pg_admin_password: ${HASH}`, true],
    ['pg_pwd_enc: md5, pg_hba_rules: [{ user: all, addr: intra, auth: ssl-sha }]', true],
    [`pg_pwd_enc: md5, pgb_hba_rules: [{ rules: ["host all all all scram-sha-256"] }]`, true],
  ])('%s', (vars, isReported) => {
    expect(codes(vars).includes('pgsql/md5-under-scram')).toBe(isReported);
  });
});
