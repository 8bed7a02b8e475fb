import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { isBuilt } from '../../generator/model/module.ts';
import { modules } from '../../generator/modules/index.ts';

/*
 * A word that a parameter does not know is an error, or it has an effect: it is never replaced by a default. Names that
 * every object has are words like any other.
 */
const WORDS = ['no-such-word', 'constructor', 'toString', '__proto__'];
const HOST = '10.10.10.10';

/** The plan of one host with a value in `all.vars`; undefined when the value is refused. Throws on a bug only. */
function planWith(line = ''): { plan: string; warns: boolean } | undefined {
  const text = `
all:
  children:
    infra: { hosts: { ${HOST}: { infra_seq: 1 } } }
    etcd: { hosts: { ${HOST}: { etcd_seq: 1 } } }
    pg-meta:
      hosts: { ${HOST}: { pg_seq: 1, pg_role: primary } }
      vars: { pg_cluster: pg-meta }
  vars:
    admin_ip: ${HOST}
    ${line}
`;
  const compiled = compile(text, 'site.yml', 'site');
  if (!compiled.ok) return undefined;
  const plan = JSON.stringify([...compiled.value.plan.hosts].map((host) => [host.plan, [...host.secrets]]));
  return { plan, warns: compiled.diagnostics.some(({ place }) => place !== undefined) };
}

const usual = planWith();
/** Free text that takes effect together with another parameter only, or in the keys of the site. */
const FREE = [
  'ca_cn',
  // With an archive that has Grafana.
  'grafana_admin_password',
  'grafana_admin_username',
  'node_cluster',
  'nodename',
  'patroni_citus_db',
  'pg_cluster',
  'pg_shard',
  'pg_vip_interface',
  'vip_dns_suffix',
  'vip_interface',
  'version',
];
const rows = modules
  .filter(isBuilt)
  .flatMap(({ parameters }) => parameters.rows)
  .filter(({ name }) => name !== 'admin_ip' && !FREE.includes(name));

it('a host is planned without such a word', () => {
  expect(usual).toBeDefined();
});

describe('a word that is no known value', () => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', (name, { note, default: fallback }) => {
    const results = WORDS.map((word) => ({ word, result: planWith(`${name}: '${word}'`) }));
    for (const { word, result } of results) {
      if (note !== undefined || result === undefined || word === fallback) continue;
      const hasEffect = result.plan !== usual?.plan || result.warns;
      expect(hasEffect, `${name}: ${word} is accepted and changes nothing`).toBe(true);
    }
  });
});

it('a user, a role and a database may have the name of what every object has', () => {
  const result = planWith(
    'pg_hba_rules: [{ user: constructor, db: toString, addr: 10.0.0.0/8, auth: ssl, title: odd }]\n    pg_users: [{ name: constructor, roles: [valueOf] }, { name: valueOf }]\n    pg_databases: [{ name: toString }]',
  );
  expect(result?.plan).toContain('hostssl toString constructor 10.0.0.0/8');
});
