const app = {
  name: 'app',
  password: 'App.1',
  roles: ['dbrole_readonly'],
  comment: 'it\'s "odd" \\ %s',
  parameters: { search_path: ['a', 'b'], work_mem: '8MB' },
};
const rolesOf = (user: string) =>
  `select string_agg(r.rolname, ' ' order by r.rolname) from pg_auth_members m join pg_roles r on r.oid = roleid where member = '${user}'::regrole`;
const days =
  "select round(extract(epoch from rolvaliduntil - now()) / 86400) from pg_roles where rolname = 'app'";
const changed = {
  name: 'app',
  login: false,
  createdb: true,
  inherit: false,
  connlimit: 3,
  expire_at: '2031-02-03',
  roles: ['dbrole_offline'],
  parameters: { search_path: '"Odd, one"' },
};
const expiring = { name: 'app', password: 'App.2', expire_in: 30 };

export const userSteps = {
  first: { users: [app] },
  again: { users: [app] },
  drifted: {
    users: [app],
    before: `
      create role foreign_team; create role maker createrole login; grant dbrole_readonly to maker with admin option;
      alter role app createrole; set role app; create role own_of_app; reset role;
      alter role app superuser createdb createrole noinherit replication bypassrls connection limit 5 valid until '2020-01-01' password 'x';
      comment on role app is 'by hand'; alter role app set statement_timeout = '5s'; alter role app set work_mem = '1MB';
      grant dbrole_admin to app; grant foreign_team to app; grant dbrole_readonly to app with admin option;
`,
    ask: {
      roles: rolesOf('app').replace("'app'::regrole", "'app'::regrole and r.rolname <> 'own_of_app'"),
      foreign: "select count(*) from pg_roles where rolname = 'own_of_app'",
      administers:
        "select bool_and(admin_option) from pg_auth_members where roleid = 'own_of_app'::regrole and member = 'app'::regrole",
    },
  },
  changed: {
    users: [changed],
    ask: {
      roles: `select concat_ws(' ', r.rolname, m.inherit_option, m.set_option) from pg_auth_members m join pg_roles r on r.oid = roleid
        where member = 'app'::regrole and r.rolname <> 'own_of_app'`,
      login: ['select 1', 'app', 'postgres'] as const,
    },
  },
  expiring: { users: [expiring], ask: { days } },
  expiresLater: { users: [{ ...expiring, expire_in: 60 }], ask: { days } },
  expiresAsBefore: {
    users: [{ ...expiring, expire_in: 60 }],
    before: 'select pg_sleep(1) \\g /dev/null',
    ask: { days },
  },
  byHand: {
    users: [
      { ...expiring, expire_in: 60 },
      { name: 'maker', createrole: true, roles: ['dbrole_readonly'] },
    ],
    before:
      "alter role maker password 'own'; revoke dbrole_readonly from maker; grant dbrole_readonly to maker",
    ask: {
      password: "select rolpassword is not null from pg_authid where rolname = 'maker'",
      role: "select count(*) from pg_roles where rolname = 'own_of_app'",
    },
  },
};
