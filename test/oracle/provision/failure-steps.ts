const NAME = 'o"dd\' \\ %s $1 <%= x %>';
const other = { name: 'other', roles: ['dbrole_admin'] };
const odd = { name: NAME, password: NAME, comment: NAME, parameters: { 'app.x': NAME } };

export const failureSteps = {
  first: { users: [{ name: NAME }, other] },
  wrong: {
    users: [
      { name: NAME, parameters: { client_encoding: 'lots' } },
      { ...other, comment: 'changed' },
    ],
    databases: [{ name: 'nowhere', tablespace: 'none' }],
  },
  odd: {
    users: [odd, { ...other, comment: 'changed' }],
    databases: [{ name: NAME, owner: NAME, comment: NAME, schemas: [NAME], parameters: { 'app.x': NAME } }],
    ask: {
      same: `select count(*) from pg_roles where rolname = $q$${NAME}$q$ and shobj_description(oid, 'pg_authid') = rolname
        and rolconfig = array['app.x=' || rolname]`,
      database: [
        'select count(*) from pg_namespace where nspname = current_database()',
        'postgres',
        NAME,
      ] as const,
    },
  },
  unreachable: { users: [odd, other], port: 5433 },
  // An administrator, or a shutdown, ends its session while it waits for a lock.
  terminated: {
    users: [odd, { ...other, comment: 'changed' }],
    before: `
      \\! psql -h /run/postgresql -U postgres -d postgres -c 'begin; lock table pigsty_provision.declared; select pg_sleep(60)' >/dev/null 2>&1 &
      \\! (until psql -h /run/postgresql -U postgres -d postgres -Atc "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'" | grep -q t; do sleep 0.2; done; psql -h /run/postgresql -U postgres -d postgres -c "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'") >/dev/null 2>&1 &
      \\! sleep 1`,
  },
  hindered: {
    users: [odd, other],
    before: `alter database postgres owner to other; alter database postgres set role = other;
      alter database postgres set default_transaction_read_only = on; alter database postgres set statement_timeout = 1`,
  },
  forged: {
    users: [odd, other],
    before: 'alter database postgres reset all',
    ask: {
      insert: [
        "insert into pigsty_provision.declared values ('user', 0, 'x', 1, '{}')",
        'other',
        'postgres',
      ] as const,
      schema: ['drop schema pigsty_provision cascade', 'other', 'postgres'] as const,
      trigger: [
        'create trigger x before insert on pigsty_provision.declared execute function suppress_redundant_updates_trigger()',
        'other',
        'postgres',
      ] as const,
    },
  },
  preempted: {
    users: [odd, other],
    before:
      'create role evil; drop schema pigsty_provision cascade; create schema pigsty_provision authorization evil',
  },
  trapped: {
    users: [odd, other],
    before: `drop schema pigsty_provision; create schema pigsty_provision; create table public.sprung ();
      create table pigsty_provision.declared (kind text, database oid, name text, id oid, detail jsonb not null, primary key (kind, database, name));
      create function public.spring() returns trigger language plpgsql as 'begin insert into public.sprung default values; return new; end';
      create trigger x before insert on pigsty_provision.declared for each row execute function public.spring()`,
    ask: { sprung: 'select count(*) from public.sprung' },
  },
};
