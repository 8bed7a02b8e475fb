const app = { name: 'app', password: 'App.1', roles: ['dbrole_readwrite'] };
const main = { name: 'main', owner: 'app', schemas: ['s'] };
const whoami = ['select current_user', 'app', 'main'] as const;
const absent = { name: 'app', state: 'absent' };

export const removalSteps = {
  first: { users: [app], databases: [main] },
  gone: {
    vars: { pgbouncer_auth_query: true },
    before: `create role made_by_hand login; create database made_by_hand; grant create on database postgres to app;
      \\! psql -h /run/postgresql -U app -d main -c 'select pg_sleep(60)' >/dev/null 2>&1 &
      \\! sleep 1`,
    ask: {
      login: whoami,
      foreign: ['select current_user', 'made_by_hand', 'postgres'] as const,
      pool: "select count(*) from monitor.pgbouncer_auth('app')",
    },
  },
  stillGone: {},
  back: { users: [app], databases: [main], ask: { login: whoami } },
  owns: {
    users: [absent],
    databases: [{ name: 'main', owner: 'dbuser_dba', state: 'absent' }],
    before: `\\connect main
      create table s.t (n int); create table s.u (n int); alter table s.t owner to app; alter table s.u owner to app;
      create table public.kept (n int); grant select on public.kept to app`,
    ask: {
      rights: ["select has_table_privilege('app', 'public.kept', 'select')", 'postgres', 'main'] as const,
    },
  },
  unconfirmed: {
    users: [{ name: 'late' }],
    databases: [{ name: 'main', state: 'absent' }],
    ask: { database: "select datname from pg_database where datname = 'main'" },
  },
  /** A replica has the roles of its primary, and sessions of its own. */
  replica: {
    mode: 'replica' as const,
    before: `
      \\! psql -h /run/postgresql -U late -d postgres -c 'select pg_sleep(62)' >/dev/null 2>&1 &
      \\! psql -h /run/postgresql -U made_by_hand -d postgres -c 'select pg_sleep(62)' >/dev/null 2>&1 &
      \\! sleep 1
      alter role late nologin; alter role made_by_hand nologin`,
    ask: {
      sessions: "select string_agg(usename, ' ') from pg_stat_activity where query = 'select pg_sleep(62)'",
    },
  },
  loginAgain: {
    users: [{ name: 'late' }],
    databases: [{ name: 'main', state: 'absent' }],
    before: 'alter role made_by_hand login',
  },
  dropped: {
    users: [absent, { name: 'late', state: 'absent' }],
    databases: [{ name: 'main', state: 'absent', drop: true }],
    before: `
      \\! psql -h /run/postgresql -U late -d postgres -c 'select pg_sleep(61)' >/dev/null 2>&1 &
      \\! sleep 1
      \\! psql -h /run/postgresql -U postgres -d main -c 'select pg_sleep(60)' >/dev/null 2>&1 &
      grant usage on schema monitor to app with grant option; alter default privileges grant select on tables to app;
      alter default privileges for role app grant select on tables to made_by_hand;`,
    ask: {
      sessions: "select count(*) from pg_stat_activity where query = 'select pg_sleep(61)'",
      roles: "select string_agg(rolname, ' ') from pg_roles where rolname in ('app', 'late', 'made_by_hand')",
      databases: "select string_agg(datname, ' ') from pg_database where datname in ('main', 'made_by_hand')",
    },
  },
  /** A name that was ours, now of a role that was made by hand. */
  lateAgain: { users: [{ name: 'late' }] },
  recreated: {
    before: 'drop role late; create role late login; create role app login',
    ask: { login: ['select current_user', 'app', 'postgres'] as const },
  },
};
