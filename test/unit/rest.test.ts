import { describe, expect, it } from 'vitest';
import { compile, recordsOf } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';

const RECORD = 'demo.pgsql.json';

/** How a site with the record of an earlier build serves Patroni's REST interface, per cluster, and the next record. */
function build(clusters: readonly string[], record?: string, vars = '') {
  const groups = clusters.map(
    (name, n) => `
    ${name}: { hosts: { 10.10.10.1${n}: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: ${name} } }`,
  );
  const text = `all:
  children:
    etcd: { hosts: { 10.10.10.10: { etcd_seq: 1 } } }${groups.join('')}
  vars: { pg_version: 17${vars} }
`;
  const files = new Map(record === undefined ? [] : [[RECORD, record]]);
  const result = compile(text, 'demo.yml', 'demo', (names) =>
    succeed(new Map([...files].filter(([name]) => names.includes(name)))),
  );
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const { site, plan } = result.value;
  const shown = [...plan.hosts].map(({ plan: { files: planned } }) =>
    JSON.stringify(planned.filter(({ path }) => /patroni|haproxy|guard|provision\.sh|reports/.test(path))),
  );
  return {
    codes: result.diagnostics.map(({ code }) => code).filter((code) => code.includes('/rest-')),
    // Health checks, REST interface, guard, provisioning and report agree.
    tls: shown.map((all) => [
      /check-ssl/.test(all),
      /"certfile"/.test(all),
      /"tls":"true"/.test(all),
      /https:\/\/[^"]*:8008/.test(all),
    ]),
    record: recordsOf(site).find(({ name }) => name === RECORD)?.text ?? '',
  };
}

const TLS = [true, true, true, true];
const CLEAR = [false, false, false, false];
/** As earlier builds wrote it. */
const withoutRest = (record: string) => record.replaceAll(/,\s*"rest": "[^"]*"/g, '');

describe("Patroni's REST interface", () => {
  it('of a new cluster has TLS, also at the next build', () => {
    const first = build(['pg-a']);
    expect(first).toMatchObject({ tls: [TLS], codes: [] });
    expect(build(['pg-a'], first.record)).toEqual(first);
  });

  it('of a cluster that was built without TLS stays so, with a warning; a cluster beside it is new', () => {
    const old = withoutRest(build(['pg-a']).record);
    expect(old).not.toContain('rest');
    const next = build(['pg-a', 'pg-b'], old);
    expect(next).toMatchObject({ tls: [CLEAR, TLS], codes: ['pgsql/rest-in-the-clear'] });
    expect(build(['pg-a', 'pg-b'], next.record)).toEqual(next);
  });

  it('changes when the inventory says so, with a warning, once', () => {
    const old = withoutRest(build(['pg-a']).record);
    const changed = build(['pg-a'], old, ', patroni_ssl_enabled: true');
    expect(changed).toMatchObject({ tls: [TLS], codes: ['pgsql/rest-changes'] });
    expect(build(['pg-a'], changed.record)).toMatchObject({ tls: [TLS], codes: [] });
    expect(build(['pg-a'], changed.record, ', patroni_ssl_enabled: false')).toMatchObject({ tls: [CLEAR] });
  });
});
