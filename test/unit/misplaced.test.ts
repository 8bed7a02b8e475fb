import { describe, expect, it } from 'vitest';
import type { HostIp } from '../../generator/model/brand.ts';
import type { Contribution } from '../../generator/model/module.ts';
import type { DirectoryPlan, UserPlan } from '../../generator/model/plan.ts';
import { findMisplaced } from '../../generator/stages/misplaced.ts';
import { isHostIp } from '../../generator/text/address.ts';

function ip(text: string): HostIp {
  if (!isHostIp(text)) throw new Error(text);
  return text;
}

const directory = (path: string, state?: string): DirectoryPlan => {
  return { path, mode: 0o700, owner: 'a', group: 'a', ...(state !== undefined && { state }) };
};
const mountPoint = (path: string): DirectoryPlan => ({ path, mode: 0o755, owner: 'root', group: 'root' });
const user = (home: string): UserPlan => {
  return { name: 'a', uid: 5, gid: 5, home, shell: '/bin/sh', gecos: '', groups: [] };
};

/** The problems of parts of a plan: `module: kind path`. */
function problems(...parts: Contribution[]): string[] {
  const named = parts.map((part, index) => ({ module: `m${index}`, ...part }));
  return findMisplaced(named, ip('10.10.10.10')).map(
    ({ kind, path, sides: [side] }) => `${side?.module}: ${kind} ${path}`,
  );
}

describe('a directory belongs to the system', () => {
  it.each([
    ...[
      '/',
      '/etc',
      '/usr',
      '/var',
      '/var/lib',
      '/var/log',
      '/home',
      '/root',
      '/tmp',
      '/run',
      '/boot',
      '/dev',
    ],
    ...['/proc', '/sys', '/opt', '/srv', '/mnt', '/media', '/usr/local', '/bin', '/lib64', '/var/spool/'],
    ...['/etc/etcd', '/proc/1', '/usr/lib/postgresql', '/tmp/etcd', '/var/tmp/a', '/var/run/etcd', '/home/a'],
    ...['/root/etcd', '/run/etcd', '/var/lib/pigsty/state', '/run/systemd/a'],
  ])('%s as state', (path) => {
    expect(problems({ directories: [directory(path, 'etcd')] })).toEqual([
      `m0: system ${path === '/' ? path : path.replace(/\/$/, '')}`,
    ]);
  });

  it.each(['/', '/etc', '/tmp', '/var/log', '/home'])('%s as a mount point', (path) => {
    expect(problems({ directories: [mountPoint(path)] })).toHaveLength(1);
  });

  it.each(['/srv', '/mnt', '/opt', '/data', '/mnt/disk1', '/app'])('not %s as a mount point', (path) => {
    expect(problems({ directories: [mountPoint(path)] })).toEqual([]);
  });

  it.each(['/var/lib/pgsql', '/var/log/postgres', '/opt/pg', '/srv/etcd', '/usr/local/pgsql', '/homes/a'])(
    'not %s',
    (path) => {
      expect(problems({ directories: [directory(path, 'x')] })).toEqual([]);
    },
  );

  it('not the home of an account, or a directory in it, unless it has state', () => {
    const users = [user('/home/a')];
    expect(problems({ users, directories: [directory('/home/a'), directory('/home/a/.ssh')] })).toEqual([]);
    expect(problems({ users, directories: [directory('/home/a/data', 'x')] })).toHaveLength(1);
    expect(problems({ users, directories: [directory('/home/ab')] })).toHaveLength(1);
  });

  it('not one for run time, and not its neighbours', () => {
    expect(problems({ directories: [directory('/run/postgresql')] })).toEqual([]);
  });

  it('once, for the topmost of a module', () => {
    const directories = ['/tmp/a/b', '/tmp/a', '/tmp/a/c', '/tmp/ab'].map((path) => directory(path));
    expect(problems({ directories }, { directories: [directory('/tmp/a/d')] })).toEqual([
      'm0: system /tmp/a',
      'm0: system /tmp/ab',
      'm1: system /tmp/a/d',
    ]);
  });
});

describe('a directory at or below a link', () => {
  const links = [{ path: '/pg', target: '/data/pg' }];

  it.each(['/pg', '/pg/', '/pg/data', '/pg//data/x'])('%s, of the same and of another module', (path) => {
    expect(problems({ links, directories: [directory(path)] })).toHaveLength(1);
    expect(problems({ links }, { directories: [directory(path)] })).toHaveLength(1);
  });

  it('not beside it, and not at its target', () => {
    expect(problems({ links, directories: [directory('/pgx'), directory('/data/pg')] })).toEqual([]);
  });

  it('not a link below a link', () => {
    expect(problems({ links: [...links, { path: '/pg/backup', target: '/b' }] })).toEqual([]);
  });
});

describe('two kinds of state', () => {
  const state = (path: string, name: string): Contribution => ({ directories: [directory(path, name)] });

  it('at one path, and one inside the other', () => {
    expect(problems(state('/data/a', 'a'), state('/data/a', 'b'))).toEqual(['m1: state /data/a']);
    expect(problems(state('/data/a', 'a'), state('/data/a/b', 'b'))).toEqual(['m1: state /data/a/b']);
    expect(problems(state('/data/a/b', 'a'), state('/data/a', 'b'))).toEqual(['m0: state /data/a/b']);
    expect(problems({ directories: [directory('/data/a', 'a'), directory('/data/a', 'b')] })).toHaveLength(1);
  });

  it('at one path with another directory of the module, but not of another module', () => {
    expect(problems({ directories: [directory('/data/a', 'a'), directory('/data/a')] })).toHaveLength(1);
    expect(problems(state('/data/a', 'a'), { directories: [directory('/data/a')] })).toEqual([]);
  });

  it('not beside each other, and not on one mount point', () => {
    const disk = { directories: [mountPoint('/data')] };
    expect(problems(disk, disk, state('/data/a', 'a'), state('/data/ab', 'b'))).toEqual([]);
  });

  it('not a directory without state in one with state', () => {
    expect(problems({ directories: [directory('/data/a', 'a'), directory('/data/a/log')] })).toEqual([]);
  });
});
