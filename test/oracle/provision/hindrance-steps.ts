const app = { name: 'app', password: 'App.1', roles: ['dbrole_admin'] };
const leaver = { name: 'leaver', password: 'Leaver.1' };
const main = { name: 'main', owner: 'app' };
const other = { name: 'other' };

/** A statement as a user in the background, until it sleeps. It stays in its transaction. */
function run(user: string, database: string, ...statements: readonly string[]): string {
  const commands = statements.map((statement) => `-c "${statement}"`).join(' ');
  return `\\! psql -h /run/postgresql -U ${user} -d ${database} ${commands} >/dev/null 2>&1 &
    \\! until psql -h /run/postgresql -U postgres -d postgres -Atc "select 'sleeps' from pg_stat_activity where usename = '${user}' and wait_event = 'PgSleep'" | grep -q sleeps; do sleep 0.1; done`;
}

/** A user holds its own role, so that nobody else can change it. */
function holdItself(user: string): string {
  return run(user, 'postgres', 'begin', `alter role ${user} password 'Mine.1'`, 'select pg_sleep(600)');
}

const sessions =
  "select count(*) from pg_stat_activity where usename in ('app', 'leaver') and pid <> pg_backend_pid()";

/** Users and owners who try to stop provisioning. */
export const hindranceSteps = {
  first: { users: [app, leaver], databases: [main, other] },
  // Also one session without a transaction, which stays.
  rotated: {
    users: [{ ...app, password: 'App.2' }, leaver],
    databases: [main, other],
    before: [holdItself('app'), run('leaver', 'postgres', 'select pg_sleep(600)')].join('\n'),
    ask: { sessions },
  },
  removed: {
    users: [app],
    databases: [main, other],
    before: holdItself('leaver'),
    ask: { login: "select rolcanlogin from pg_roles where rolname = 'leaver'", sessions },
  },
  // Each transaction changes the schema when the one before has ended.
  collided: {
    users: [app, { name: 'leaver', state: 'absent' }],
    databases: [main, { ...other, schemas: ['s'] }],
    before: [
      '\\c main',
      'grant create on schema public to public;',
      run(
        'app',
        'main',
        'do \\$\\$ begin loop grant usage on schema public to app; perform pg_sleep(0.5); commit; end loop; end \\$\\$',
      ),
    ].join('\n'),
    ask: {
      schema: ["select count(*) from pg_namespace where nspname = 's'", 'postgres', 'other'] as const,
      leaver: "select count(*) from pg_roles where rolname = 'leaver'",
    },
  },
  alone: {
    users: [app],
    databases: [main, { ...other, schemas: ['s'] }],
    before:
      "do $$ begin perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'app'; end $$",
    ask: {
      create: [
        "select nspacl::text ~ '[{,]=U?C' from pg_namespace where nspname = 'public'",
        'postgres',
        'main',
      ] as const,
    },
  },
};
