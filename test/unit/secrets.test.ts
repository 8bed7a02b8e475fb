import { expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { modules } from '../../generator/modules/index.ts';
import { hostSecrets } from '../../generator/stages/secrets.ts';

const TEXT = `all:
  children:
    pg-test:
      hosts: { 10.10.10.10: { pg_seq: 1, pg_role: primary } }
      vars:
        pg_cluster: pg-test
        pg_admin_password: Same.Word
        pg_users:
          - { name: app, password: Same.Word }
          - { name: web, password: Same.Word }
        pg_default_roles: [{ name: reader, password: Same.Word }]
        pgbackrest_method: store
        pgbackrest_repo: { store: { type: s3, s3_key: Same.Word, s3_token: Same.Word, s3_bucket: Same.Word } }
    others: { hosts: { 10.10.10.11: {} } }
  vars: { grafana_admin_password: Same.Word }
`;

function secretsOf(ip: string): ReadonlyMap<string, string> {
  const site = readSite(TEXT, 'pigsty.yml', 'site');
  const host = site.ok ? site.value.hosts.find((one) => one.ip === ip) : undefined;
  if (!host) throw new Error(JSON.stringify(site.diagnostics));
  const found = [...hostSecrets(host, modules)].filter(([, { text }]) => text === 'Same.Word');
  return new Map(
    found.map(([name, { parameter, path }]) => {
      const place = host.parameters.place(parameter, path);
      return [name, `${place?.line}:${place?.column}`];
    }),
  );
}

it('equal secrets have different places', () => {
  expect(Object.fromEntries(secretsOf('10.10.10.10'))).toEqual({
    pg_admin_password: '7:28',
    'pg_users.app.password': '9:36',
    'pg_users.web.password': '10:36',
    'pg_default_roles.reader.password': '11:54',
    'pgbackrest_repo.store.s3_key': '13:55',
    'pgbackrest_repo.store.s3_token': '13:76',
  });
});

it('modules that are not on a host, or not built, have no secrets', () => {
  expect([...secretsOf('10.10.10.11').keys()]).toEqual([]);
});
