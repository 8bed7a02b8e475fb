import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { hbaContext } from '../../generator/modules/pgsql/access/hba/context.ts';
import { coversAddress, coversLine } from '../../generator/modules/pgsql/access/hba/covers.ts';
import { orderedRules } from '../../generator/modules/pgsql/access/hba/order.ts';
import { includedLines, mainLines, roleLines } from '../../generator/modules/pgsql/access/hba/print.ts';
import { type HbaQuestion, hbaVerdict } from '../../generator/modules/pgsql/access/hba/verdict.ts';
import { pgsqlMembers } from '../../generator/modules/pgsql/members.ts';
import type { HbaRule } from '../../generator/modules/pgsql/params/schemas.ts';
import { type HbaLine, printHbaLine, readHbaLine } from '../../generator/text/hba-line.ts';

const bare = (text: string) => ({ text, isQuoted: false });
const quoted = (text: string) => ({ text, isQuoted: true });

function read(text: string): HbaLine {
  const line = readHbaLine(text);
  if (!line) throw new Error(`no record: ${text}`);
  return line;
}

describe('a line of pg_hba.conf', () => {
  it.each<[string, Partial<HbaLine>]>([
    ['local all all peer', { type: 'local', address: undefined, method: 'peer' }],
    ['  host\tall  all ::1/128 md5', { type: 'host', address: '::1/128', method: 'md5' }],
    ['host all all samenet reject # why', { address: 'samenet', method: 'reject', options: [] }],
    ['host all all .example.org md5', { address: '.example.org' }],
    ['host all all 10.10.10.0 255.255.255.0 md5', { address: '10.10.10.0/24', method: 'md5' }],
    ['host a, "b c","say ""hi""" all all md5', { databases: [bare('a'), quoted('b c'), quoted('say "hi"')] }],
    [
      'host all +team,+"odd role",/^a$,"all" all md5',
      { users: [bare('+team'), bare('+odd role'), bare('/^a$'), quoted('all')] },
    ],
    [
      'hostssl all all all cert map=x clientcert="verify full"',
      { method: 'cert', options: [bare('map=x'), bare('clientcert=verify full')] },
    ],
  ])('%s', (text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it.each([
    '',
    '  ',
    '# host all all all md5',
    'include other.conf',
    'host all all',
    'host all all all',
    'local all all',
  ])('%j is not a record', (text) => {
    expect(readHbaLine(text)).toBeUndefined();
  });

  it('is read back unchanged', () => {
    const text = fc.string({ minLength: 1 }).map((any) => any.replaceAll(/[\r\n]/g, ' '));
    const name = text.map(quoted);
    const keyword = fc.constantFrom('all', 'sameuser', '/^a$', '10.0.0.1', 'über').map(bare);
    const role = text.map((any) => bare(`+${any}`));
    const words = fc.array(fc.oneof(name, keyword, role), { minLength: 1, maxLength: 3 });
    const where = fc.oneof(
      fc.constant({ type: 'local', address: undefined }),
      fc
        .constantFrom('all', '10.0.0.0/8', '::1/128', 'samenet')
        .map((address) => ({ type: 'hostssl', address })),
    );
    const options = fc.array(
      text.map((any) => bare(`map=${any}`)),
      { maxLength: 2 },
    );
    const line = fc
      .tuple(
        where,
        fc.record({ databases: words, users: words, method: fc.constantFrom('md5', 'cert'), options }),
      )
      .map(([place, rest]): HbaLine => ({ ...place, ...rest }));
    fc.assert(
      fc.property(line, (one) => {
        expect(readHbaLine(printHbaLine(one))).toEqual(one);
      }),
    );
  });
});

const hasRole = (user: string, role: string) => user === 'app' && role === 'team';

describe('a line covers another', () => {
  it.each([
    ['host all all 10.0.0.0/8 md5', 'host app app 10.1.2.3/32 md5', true],
    ['host all all 10.1.2.3/32 md5', 'host app app 10.0.0.0/8 md5', false],
    ['host all all all md5', 'hostssl all all ::1/128 md5', true],
    ['hostssl all all all md5', 'host all all all md5', false],
    ['host all all all md5', 'local all all md5', false],
    ['host all all all md5', 'host replication all all md5', false],
    ['host all all all md5', 'host "replication" all all md5', true],
    ['host "all" all all md5', 'host app all all md5', false],
    ['host app,b all all md5', 'host b all all md5', true],
    ['host b all all md5', 'host app,b all all md5', false],
    ['local all +team md5', 'local all app md5', true],
    ['local all "+team" md5', 'local all app md5', false],
    ['local all +team md5', 'local all other md5', false],
    ['local all +team md5', 'local all +team md5', true],
    ['local all +team md5', 'local all /^app$ md5', false],
    ['host all all samenet md5', 'host all all samenet md5', true],
    ['host all all samenet md5', 'host all all 10.0.0.1/32 md5', false],
  ])('%s, %s: %s', (wide, narrow, expected) => {
    expect(coversLine(read(wide), read(narrow), hasRole)).toBe(expected);
  });

  it.each([
    ['0.0.0.0/0', '255.255.255.255', true],
    ['192.168.0.0/16', '192.169.0.0/24', false],
    ['10.0.0.1', '10.0.0.1/32', true],
    ['10.0.0.0/16', '10.0.0.0/8', false],
    ['0.0.0.0/0', '::/0', false],
    [undefined, undefined, true],
    ['all', undefined, false],
  ])('%s, %s: %s', (wide, narrow, expected) => {
    expect(coversAddress(wide, narrow)).toBe(expected);
  });
});

/** The rules alone, on two members; the second one answers offline queries. */
function contexts(rules: readonly HbaRule[]) {
  const vars = {
    pg_cluster: 'pg-a',
    pg_default_hba_rules: [],
    pgb_default_hba_rules: [],
    pg_hba_rules: rules,
    pgb_hba_rules: rules,
  };
  const hosts = {
    '10.0.0.1': { pg_seq: 1, pg_role: 'primary' },
    '10.0.0.2': { pg_seq: 2, pg_offline_query: true },
  };
  const users = { pg_users: [{ name: 'app', roles: ['team'] }, { name: 'team' }] };
  const text = JSON.stringify({
    all: { children: { 'pg-a': { hosts, vars: { ...vars, ...users } } }, vars: { admin_ip: '10.0.0.9' } },
  });
  const site = readSite(text, 'pigsty.yml', 'pigsty');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
  const [first, second] = pgsqlMembers(site.value);
  if (!first || !second) throw new Error('members are missing');
  return {
    postgres: hbaContext('postgres', first, site.value),
    pool: hbaContext('pgbouncer', first, site.value),
    second: hbaContext('postgres', second, site.value),
  };
}

describe('rules of the inventory', () => {
  it.each<[HbaRule, string[]]>([
    [{}, ['local all all scram-sha-256']],
    [
      { title: 'two\nlines', addr: 'localhost', auth: 'ssl' },
      ['# two lines', 'local all all scram-sha-256', 'hostssl all all 127.0.0.1/32 scram-sha-256'],
    ],
    [{ user: '${dbsu}', auth: 'ident' }, ['local all postgres ident']],
    [
      { user: 'a, b c,+team', db: 'x,all', addr: 'admin', auth: 'deny' },
      ['host x,all a,"b c",+team 10.0.0.9/32 reject'],
    ],
    [
      { addr: 'cluster', auth: 'cert' },
      ['hostssl all all 10.0.0.1/32 cert', 'hostssl all all 10.0.0.2/32 cert'],
    ],
    [{ addr: '10.1.0.0/16', auth: 'trust' }, ['host all all 10.1.0.0/16 trust']],
    [
      { title: 'raw', rules: ['host  all all  samenet md5 # as it is', 'local all all peer'] },
      ['# raw', 'host  all all  samenet md5 # as it is', 'local all all peer'],
    ],
    [{ role: 'offline' }, []],
  ])('%j', (rule, expected) => {
    expect(roleLines(contexts([rule]).postgres, 'primary', [])).toEqual(expected);
  });

  it('for one role are in separate files, in the same order', () => {
    const { postgres, second } = contexts([
      { user: 'a' },
      { user: 'b', role: 'primary' },
      { user: 'c', role: 'replica' },
      { user: 'd', role: 'offline' },
      { user: 'e', role: 'replica' },
    ]);
    const include = (number: number) => `include_if_exists /run/postgresql/role/hba-${number}.conf`;
    const line = (user: string) => `local all ${user} scram-sha-256`;
    expect(mainLines(postgres, [])).toEqual([line('a'), include(1)]);
    expect(includedLines(postgres, 'primary', [])).toEqual([[line('b')]]);
    expect(includedLines(postgres, 'replica', [])).toEqual([[line('c'), line('e')]]);
    expect(mainLines(second, [])).toEqual([line('a'), include(1), line('d'), include(2)]);
    expect(includedLines(second, 'primary', [])).toEqual([[line('b')], []]);
  });
});

describe('the rule that decides', () => {
  const rules: HbaRule[] = [
    { title: 'raw', rules: ['# host all all all trust', 'host all app 10.1.0.0 255.255.0.0 md5'] },
    { user: 'app', addr: 'intra', auth: 'deny', role: 'replica' },
    { user: '+team', addr: 'intra', auth: 'ssl' },
  ];
  const question: HbaQuestion = { user: 'app', database: 'app', from: '10.2.0.1', isTls: true };

  it.each<[Partial<HbaQuestion>, 'primary' | 'replica', number | undefined, string]>([
    [{ from: '10.1.0.1' }, 'replica', 0, 'md5'],
    [{}, 'primary', 2, 'scram-sha-256'],
    [{}, 'replica', 1, 'reject'],
    [{ isTls: false }, 'primary', undefined, 'reject'],
    [{ user: 'other' }, 'primary', undefined, 'reject'],
    [{ database: 'replication' }, 'primary', undefined, 'reject'],
  ])('%j of a %s is rule %s', (more, role, index, method) => {
    const verdict = hbaVerdict({ ...question, ...more }, role, contexts(rules).postgres);
    expect(verdict.method).toBe(method);
    expect(verdict.record && verdict.source.index).toBe(index);
  });

  it('is none for PgBouncer if PostgreSQL checks a role', () => {
    expect(hbaVerdict(question, 'primary', contexts(rules).pool)).toEqual({
      method: 'reject',
      record: undefined,
    });
  });
});

describe('the order of rules', () => {
  const rule = (user: string, order?: number): HbaRule => ({ user, ...(order !== undefined && { order }) });
  const names = (defaults: HbaRule[], own: HbaRule[]) =>
    orderedRules(['defaults', defaults], ['own', own]).map(({ rule: { user } }) => user);

  it('is that of the lists without `order`', () => {
    expect(names([rule('a'), rule('b')], [rule('c'), rule('d')])).toEqual(['a', 'b', 'c', 'd']);
  });

  it('follows `order`; default rules count from 100 by 50, those of the cluster come last', () => {
    const defaults = [rule('100'), rule('150'), rule('20', 20)];
    const own = [rule('last'), rule('800', 800), rule('0', 0), rule('120', 120), rule('800b', 800)];
    expect(names(defaults, own)).toEqual(['0', '20', '100', '120', '150', '800', '800b', 'last']);
  });
});
