import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import { recordOf } from '../../generator/modules/pgsql/record.ts';
import { revealSecret } from '../../generator/text/secret-forms.ts';

const HEAD = 'all: { vars: { pg_version: 17 }, children: { etcd: { hosts: { 10.10.10.1: { etcd_seq: 1 } } }';

/** What a build of these clusters leaves for the next one, and the view of the users in the bundle of etcd's host. */
function build(clusters: readonly string[], record?: string) {
  const groups = clusters.map(
    (name, index) =>
      `${name}: { hosts: { 10.10.10.${index + 1}: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: ${name} } }`,
  );
  const text = `${[HEAD, ...groups].join(', ')} } }\n`;
  const files = new Map(record === undefined ? [] : [['demo.pgsql.json', record]]);
  const result = compile(text, 'demo.yml', 'demo', (names) =>
    succeed(new Map([...files].filter(([name]) => names.includes(name)))),
  );
  if (!result.ok) throw new Error(result.diagnostics.map(({ code }) => code).join());
  const { site, plan } = result.value;
  const views = [...plan.hosts].flatMap((host) =>
    host.plan.files.flatMap(({ path, source }) =>
      path.startsWith('etc/etcd/') && source.kind === 'template' ? [[path, source.view] as const] : [],
    ),
  );
  const viewOf = (path: string) => new Map(views).get(path);
  return {
    record: recordOf(site)?.text ?? '',
    number: viewOf('etc/etcd/access.sh')?.usersDeclaration,
    users: viewOf('etc/etcd/users')?.users,
  };
}

const user = (name: string, ...members: string[]) => ({
  name: `/pg/${name}/`,
  password: { $secret: `etcd/pg/${name}/`, as: 'derived' },
  members: members.join(' '),
});

describe('users of etcd', () => {
  it('are the clusters, each with the prefix of its keys', () => {
    expect(build(['pg-b', 'pg-a'])).toMatchObject({
      number: 1,
      users: [user('pg-a', 'pg-a-1'), user('pg-b', 'pg-b-1')],
    });
  });

  it('have a number that grows when a cluster comes or goes, and only then', () => {
    const first = build(['pg-a']);
    expect(build(['pg-a'], first.record)).toEqual(first);
    const second = build(['pg-a', 'pg-b'], first.record);
    expect(second.number).toBe(2);
    expect(build(['pg-a'], second.record)).toMatchObject({ number: 3, users: [user('pg-a', 'pg-a-1')] });
  });

  it('are counted from a record of an older build, which has none', () => {
    const { store: _, ...older } = JSON.parse(build(['pg-a']).record);
    expect(build(['pg-a'], JSON.stringify(older))).toMatchObject({ number: 1 });
  });

  it('without a cluster there is none, and etcd requires none', () => {
    expect(build([])).toMatchObject({ number: 0, users: [] });
  });
});

describe('a derived secret', () => {
  const forms = (byte: number) => {
    return { secrets: new Map(), siteKey: new Uint8Array(32).fill(byte), saslprep: (text: string) => text };
  };
  const reveal = (name: string, byte = 1) => revealSecret({ $secret: name, as: 'derived' }, forms(byte));

  it('follows from the key of the site and its name, and is long', () => {
    expect(reveal('etcd/pg/a/')).toBe(reveal('etcd/pg/a/'));
    expect(reveal('etcd/pg/a/')).not.toBe(reveal('etcd/pg/b/'));
    expect(reveal('etcd/pg/a/')).not.toBe(reveal('etcd/pg/a/', 2));
    expect(reveal('etcd/pg/a/')).toMatch(/^[\w-]{43}$/);
  });
});
