import { describe, expect, it } from 'vitest';
import type { HostIp } from '../../generator/model/brand.ts';
import type { Contribution } from '../../generator/model/module.ts';
import type { FilePlan, UserPlan } from '../../generator/model/plan.ts';
import { findClashes } from '../../generator/stages/clashes.ts';
import { isHostIp } from '../../generator/text/address.ts';
import { unitPlan } from '../../generator/text/unit.ts';

function ip(text: string): HostIp {
  if (!isHostIp(text)) throw new Error(text);
  return text;
}

const file = (path: string, line: string, link?: string): FilePlan => ({
  path,
  mode: 0o644,
  group: 'root',
  source: { kind: 'text', lines: [line] },
  ...(link !== undefined && { link }),
});
const user = (name: string, uid: number, gid = uid): UserPlan => ({
  name,
  uid,
  gid,
  home: '/',
  shell: '/bin/sh',
  gecos: '',
  groups: [],
});
const directory = (path: string, owner: string, state?: string) => ({
  path,
  mode: 0o700,
  owner,
  group: owner,
  ...(state !== undefined && { state }),
});

/** What two modules clash in: `what name`. */
function clashes(one: Contribution, other: Contribution): string[] {
  const parts = [
    { module: 'one', ...one },
    { module: 'other', ...other },
  ];
  return findClashes(parts, ip('10.10.10.10')).map(({ what, name, sides }) => {
    expect(sides.map(({ module }) => module)).toEqual(['one', 'other']);
    return `${what} ${name}`;
  });
}

describe('two modules clash', () => {
  it.each<[what: string, one: Contribution, other: Contribution, expected: readonly string[]]>([
    ['in a file', { files: [file('etc/a', 'x')] }, { files: [file('etc/a', 'y')] }, ['file etc/a']],
    [
      'in the place of a file on the host',
      { files: [file('etc/a', 'x', '/etc/z')] },
      { files: [file('etc/b', 'x', '/etc/z')] },
      ['path /etc/z'],
    ],
    [
      'in a link and a directory',
      { links: [{ path: '/pg', target: '/data/pg' }] },
      { directories: [directory('/pg', 'root')] },
      ['path /pg'],
    ],
    [
      'in a directory that is written in two ways',
      { directories: [directory('/data//a/', 'a')] },
      { directories: [directory('/data/a', 'b')] },
      ['path /data/a'],
    ],
    [
      'in the target of a link',
      { links: [{ path: '/pg', target: '/data/a' }] },
      { links: [{ path: '/pg', target: '/data/b' }] },
      ['path /pg'],
    ],
    [
      'in the owner of a directory',
      { directories: [directory('/data', 'a')] },
      { directories: [directory('/data', 'b')] },
      ['path /data'],
    ],
    [
      'in a unit',
      { units: [unitPlan('a.service')] },
      { units: [unitPlan('a.service', { activation: 'none' })] },
      ['unit a.service'],
    ],
    ['in a user', { users: [user('a', 5)] }, { users: [user('a', 6)] }, ['user a']],
    ['in the id of a user', { users: [user('a', 5, 7)] }, { users: [user('b', 5, 8)] }, ['user id 5']],
    ['in the id of a group', { users: [user('a', 5, 7)] }, { users: [user('b', 6, 7)] }, ['group id 7']],
    [
      'in a health check',
      { checks: [{ name: 'a', script: 'x', timeoutSeconds: 1 }] },
      { checks: [{ name: 'a', script: 'y', timeoutSeconds: 1 }] },
      ['health check a'],
    ],
  ])('%s', (_, one, other, expected) => {
    expect(clashes(one, other)).toEqual(expected);
  });

  it.each<[what: string, part: Contribution]>([
    ['files', { files: [file('etc/a', 'x', '/etc/a')] }],
    ['users', { users: [user('a', 5)] }],
    ['units', { units: [unitPlan('a.service')] }],
    ['links', { links: [{ path: '/pg', target: '/data' }] }],
  ])('not in %s that both plan equally', (_, part) => {
    expect(clashes(part, structuredClone(part))).toEqual([]);
  });

  it('not in a directory that one of them marks as state', () => {
    const parts = [
      { directories: [directory('/data', 'a', 'demo')] },
      { directories: [directory('/data', 'a')] },
    ];
    expect(clashes(parts[0] ?? {}, parts[1] ?? {})).toEqual([]);
  });
});
