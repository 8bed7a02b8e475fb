const NAME = 'o"dd\' \\ %s $1 <%= x %>';
const other = { name: 'other', roles: ['dbrole_admin'] };
const odd = { name: NAME, password: NAME, comment: NAME, parameters: { 'app.x': NAME } };

export const failureSteps = {
  first: { users: [{ name: NAME }, other] },
  wrong: {
    users: [
      { name: NAME, parameters: { work_mem: 'lots' } },
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
  forged: {
    users: [odd, other],
    before: `alter database postgres owner to other; alter database postgres set role = other;
      alter database postgres set default_transaction_read_only = on; alter database postgres set statement_timeout = 1`,
    ask: {
      insert: [
        "set transaction_read_only = off; insert into pigsty_provision.declared values ('user', 0, 'x', 1, '{}')",
        'other',
        'postgres',
      ] as const,
      schema: [
        'set transaction_read_only = off; drop schema pigsty_provision cascade',
        'other',
        'postgres',
      ] as const,
      trigger: [
        'set transaction_read_only = off; create trigger x before insert on pigsty_provision.declared execute function suppress_redundant_updates_trigger()',
        'other',
        'postgres',
      ] as const,
    },
  },
  preempted: {
    users: [odd, other],
    before:
      'set role = none; set default_transaction_read_only = off; set statement_timeout = 0; create role evil; drop schema pigsty_provision cascade; create schema pigsty_provision authorization evil',
  },
  trapped: {
    users: [odd, other],
    before: `set role = none; set default_transaction_read_only = off; set statement_timeout = 0; drop schema pigsty_provision; create schema pigsty_provision; create table public.sprung ();
      create table pigsty_provision.declared (kind text, database oid, name text, id oid, detail jsonb not null, primary key (kind, database, name));
      create function public.spring() returns trigger language plpgsql as 'begin insert into public.sprung default values; return new; end';
      create trigger x before insert on pigsty_provision.declared for each row execute function public.spring()`,
    ask: { sprung: 'select count(*) from public.sprung' },
  },
};
