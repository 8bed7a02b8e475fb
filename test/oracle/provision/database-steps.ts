const users = [{ name: 'app' }, { name: 'other' }, { name: 'reader', roles: ['dbrole_readonly'] }];
const main = {
  name: 'main',
  owner: 'app',
  comment: 'the main one',
  schemas: ['s'],
  extensions: [{ name: 'pg_trgm', schema: 'public' }],
  parameters: { search_path: 's,public' },
};
const changed = {
  name: 'main',
  owner: 'other',
  connlimit: 9,
  revokeconn: true,
  schemas: ['S'],
  parameters: { search_path: '"S"' },
};
const emptied = {
  ...changed,
  schemas: ['S', { name: 's', state: 'absent' }],
  extensions: [{ name: 'pg_trgm', state: 'absent' }],
};
const privileges = [
  'GRANT USAGE ON SCHEMAS TO dbrole_readonly',
  'GRANT EXECUTE ON FUNCTIONS TO dbrole_admin',
];

export const databaseSteps = {
  first: { users, databases: [main] },
  again: { users, databases: [main] },
  drifted: {
    users,
    databases: [main],
    before: `alter database main owner to postgres; alter database main connection limit 7;
      comment on database main is 'by hand'; alter database main set work_mem = '1MB';
      grant create on database main to public; revoke connect on database main from public;
      \\connect main
      alter extension pg_trgm set schema s;
      \\connect postgres
      alter database main allow_connections false`,
  },
  changed: {
    users,
    databases: [changed],
    ask: { connect: ['select 1', 'reader', 'main'] as const },
  },
  emptied: { users, databases: [emptied] },
  fixed: {
    users,
    databases: [
      {
        ...changed,
        encoding: 'LATIN1',
        locale: 'C',
        schemas: ['S', 'fixed'],
        extensions: [{ name: 'pg_repack', schema: 'fixed' }],
      },
    ],
  },
  privileges: {
    users,
    databases: [changed],
    vars: { pg_default_privileges: privileges },
    before: `\\connect main
      create role by_hand; alter default privileges grant select on tables to by_hand`,
  },
};
