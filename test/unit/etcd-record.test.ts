import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import { recordOf } from '../../generator/modules/etcd/record.ts';

/** What a build of these members leaves for the next one, and whether its bundles form a cluster. */
function build(members: readonly number[], record?: string) {
  const hosts = members.map((n) => `10.10.10.${n}: { etcd_seq: ${n} }`).join(', ');
  const text = `all: { children: { etcd: { hosts: { ${hosts} } } } }\n`;
  const files = new Map(record === undefined ? [] : [['demo.etcd.json', record]]);
  const result = compile(text, 'demo.yml', 'demo', (names) =>
    succeed(new Map([...files].filter(([name]) => names.includes(name)))),
  );
  if (!result.ok) return { errors: result.diagnostics.map(({ code }) => code) };
  const { site, plan } = result.value;
  const views = [...plan.hosts].flatMap((host) =>
    host.plan.files.flatMap(({ path, source }) =>
      path === 'etc/etcd/start.sh' && source.kind === 'template' ? [source.view] : [],
    ),
  );
  const next = recordOf(site)?.text ?? '';
  return { record: next, number: JSON.parse(next).declaration, forms: views.map(({ forms }) => forms) };
}

describe('declarations of etcd members', () => {
  it('a first one forms a cluster, also when it is built again', () => {
    const first = build([1, 2, 3]);
    expect(first).toMatchObject({ number: 1, forms: [true, true, true] });
    expect(build([1, 2, 3], first.record)).toEqual(first);
  });

  it('one with other members has the next number and forms none, nor does the way back', () => {
    const { record } = build([1]);
    const grown = build([1, 2, 3], record);
    expect(grown).toMatchObject({ number: 2, forms: [false, false, false] });
    expect(build([1], grown.record)).toMatchObject({ number: 3, forms: [false] });
  });

  it('refuses to exchange all members', () => {
    expect(build([4, 5, 6], build([1, 2, 3]).record).errors).toContain('etcd/all-replaced');
  });
});
