const app = { name: 'app', roles: ['dbrole_admin'] };
const main = { name: 'main', owner: 'app' };

/** Commands as `app`, in the background, in a transaction that stays open. */
function hold(database: string, statements: string): string {
  return `\\! PGOPTIONS='-c idle_session_timeout=0' psql -h /run/postgresql -U app -d ${database} -c "begin; ${statements}; select pg_sleep(600)" >/dev/null 2>&1 &
      \\! until psql -h /run/postgresql -U postgres -d postgres -Atc "select 'held' from pg_stat_activity where datname = '${database}' and wait_event = 'PgSleep'" | grep -q held; do sleep 0.2; done`;
}

/** An owner keeps a transaction open that has changed its database, and a session in template1. */
export const heldSteps = {
  first: { users: [app], databases: [main] },
  held: {
    users: [{ ...app, comment: 'changed' }],
    databases: [
      { ...main, connlimit: 7, schemas: ['s'] },
      { name: 'new' },
      { name: 'other', template: 'template0' },
    ],
    before: [
      "alter database main set idle_session_timeout = '1ms';",
      hold('main', 'alter database main connection limit 5'),
      hold('template1', 'select 1'),
    ].join('\n'),
    ask: {
      limit: "select datconnlimit from pg_database where datname = 'main'",
      others:
        "select string_agg(datname, ',' order by datname) from pg_database where datname in ('new', 'other')",
    },
  },
  released: {
    users: [{ ...app, comment: 'changed' }],
    databases: [
      { ...main, connlimit: 7, schemas: ['s'] },
      { name: 'new' },
      { name: 'other', template: 'template0' },
    ],
    before: `do $$ begin perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'app'; end $$`,
    ask: {
      limit: "select datconnlimit from pg_database where datname = 'main'",
      others:
        "select string_agg(datname, ',' order by datname) from pg_database where datname in ('new', 'other')",
    },
  },
};
