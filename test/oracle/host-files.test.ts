import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { withTmpfs } from '../support/tmpfs.ts';

/*
 * What blueprint meta tells the node itself: systemd 252 and sudo read it, in a root of their own.
 */
const skipped = skipReason('visudo', 'systemd-sysusers', 'systemd-tmpfiles', 'unshare');

describe.skipIf(skipped)(`files for the host of blueprint meta${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    await workshop.build('--config-only');
  });

  afterAll(() => workshop?.remove());

  /** A generated file, with the part `from` of it changed. */
  function edited(path: string, from: string | RegExp = '', to = ''): string {
    const host = join(workshop.directory, 'out', 'meta', 'hosts', '10.10.10.10');
    const text = readFileSync(join(host, path), 'utf8');
    const copy = join(mkdtempSync(join(workshop.directory, 'copy-')), path);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, text.replace(from, to));
    return copy;
  }

  function newRoot(): string {
    const root = mkdtempSync(join(workshop.directory, 'root-'));
    mkdirSync(join(root, 'etc'));
    return root;
  }

  function said({ stdout, stderr }: RunResult): string {
    return `${stdout}${stderr}`;
  }

  describe('sudoers', () => {
    const check = (file: string) => {
      chmodSync(file, 0o440);
      return run('visudo', ['-cf', file]);
    };

    it('are accepted by visudo', async () => {
      expect((await check(edited('etc/sudoers.d/dba'))).code).toBe(0);
    });

    it('are refused by it when a colon is missing', async () => {
      expect((await check(edited('etc/sudoers.d/dba', 'NOPASSWD:', 'NOPASSWD'))).code).toBe(1);
    });
  });

  describe('sysusers.d', () => {
    const make = (root: string, file: string) => run('systemd-sysusers', [`--root=${root}`, file]);

    it('makes the users that the plan has', async () => {
      const root = newRoot();
      const result = await make(root, edited('etc/sysusers.d/pigsty.conf'));
      expect(result.code, result.stderr).toBe(0);
      const users = readFileSync(join(root, 'etc/passwd'), 'utf8').trim().split('\n').sort();
      expect(users).toEqual([
        'dba:x:88:88:administrator:/home/dba:/bin/bash',
        'etcd:x:379:379:etcd:/data/etcd:/usr/sbin/nologin',
        'exporter:x:378:378:Metrics exporters:/nonexistent:/usr/sbin/nologin',
        'haproxy:x:380:380:HAProxy:/var/lib/haproxy:/usr/sbin/nologin',
        'postgres:x:543:543:PostgreSQL superuser:/var/lib/pgsql:/bin/sh',
      ]);
    });

    it('rejects an invalid id', async () => {
      const result = await make(newRoot(), edited('etc/sysusers.d/pigsty.conf', '543:543', '543:x y'));
      expect(result.code).not.toBe(0);
    });
  });

  describe('tmpfiles.d', () => {
    /** `conf` carried out in a root that has the users. */
    async function make(root: string, ...files: readonly string[]): Promise<RunResult> {
      const users = await run('systemd-sysusers', [`--root=${root}`, edited('etc/sysusers.d/pigsty.conf')]);
      expect(users.code, users.stderr).toBe(0);
      return run('systemd-tmpfiles', ['--create', `--root=${root}`, ...files]);
    }

    it('makes the directories of run time, and switches huge pages off', async () => {
      const root = newRoot();
      const pages = join(root, 'sys/kernel/mm/transparent_hugepage');
      mkdirSync(pages, { recursive: true });
      writeFileSync(join(pages, 'enabled'), 'always\n');
      const files = ['pigsty.conf', '60-pigsty-thp.conf'].map((name) => edited(`etc/tmpfiles.d/${name}`));
      const result = await make(root, ...files);
      expect(said(result)).toBe('');
      expect(result.code).toBe(0);
      const { uid, mode } = statSync(join(root, 'run/postgresql'));
      expect([uid, mode & 0o7777]).toEqual([543, 0o755]);
      expect(readFileSync(join(pages, 'enabled'), 'utf8')).toContain('never');
    });

    it('rejects an unknown user', async () => {
      const root = newRoot();
      const result = await make(
        root,
        edited('etc/tmpfiles.d/pigsty.conf', 'postgres postgres', 'postgers postgres'),
      );
      expect(result.code).not.toBe(0);
      expect(said(result)).toContain('postgers');
      expect(existsSync(join(root, 'run/postgresql'))).toBe(false);
    });
  });

  describe('sysctl.d', () => {
    /**
     * The values that systemd-sysctl leaves in a copy of /proc/sys, whose files are empty at first: this kernel keeps
     * its own. A key that the kernel does not have is silent, for its `-`, but at the level of debugging.
     */
    const set = (file: string) =>
      run('unshare', [
        '--mount',
        'sh',
        '-euc',
        `names=$(cd /proc/sys && find kernel vm fs net -type f)
        mount -t tmpfs none /proc/sys && cd /proc/sys
        for name in $names; do mkdir -p "\${name%/*}" && : >"$name"; done
        SYSTEMD_LOG_LEVEL=debug /usr/lib/systemd/systemd-sysctl "$0" 2>&1 | grep -v "^Parsing\\|^Setting" >&2 || true
        for name in $names; do [ ! -s "$name" ] || echo "$name $(cat "$name")"; done`,
        file,
      ]);

    it('sets every line, and this kernel has the keys', async () => {
      const file = edited('etc/sysctl.d/60-pigsty.conf');
      const result = await set(file);
      expect(result.stderr).toBe('');
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      const wanted = lines.map((line) => line.replace(/^-/, '').replace(' = ', ' '));
      const found = result.stdout.trim().split('\n');
      expect(found.map((line) => line.replace(/^\S+/, (name) => name.replaceAll('/', '.'))).sort()).toEqual(
        wanted.sort(),
      );
    });

    it('rejects a misspelt key', async () => {
      const result = await set(edited('etc/sysctl.d/60-pigsty.conf', 'vm.dirty_ratio', 'vm.drity_ratio'));
      expect(result.stderr).toContain('vm/drity_ratio');
    });
  });

  describe('the file that keeps room', () => {
    /** What is said, and the size of /pg/dummy, after the script has run on a disk that has room for so much. */
    function keep(bytes: number, kilobytes: number, held = 0): Promise<string> {
      const disk = mkdtempSync(join(workshop.directory, 'disk-'));
      const script = edited('etc/pgsql/reserve.sh', /bytes=\d+/, `bytes=${bytes}`);
      writeFileSync(script, readFileSync(script, 'utf8').replaceAll('/pg', disk));
      return withTmpfs(disk, kilobytes, async () => {
        if (held > 0) writeFileSync(join(disk, 'dummy'), Buffer.alloc(held));
        const result = await run('sh', [script]);
        expect(result.code, result.stderr).toBe(0);
        const size = existsSync(join(disk, 'dummy')) ? statSync(join(disk, 'dummy')).size : 'none';
        return `${result.stdout.replace(disk, '/pg')}${size}`;
      });
    }
    const MEGABYTE = 1_048_576;

    it('is created, and created again with another size', async () => {
      expect(await keep(MEGABYTE, 20_480)).toBe(`${MEGABYTE}`);
      expect(await keep(MEGABYTE, 20_480, 100)).toBe(`${MEGABYTE}`);
      expect(await keep(0, 20_480, 100)).toBe('none');
    });

    it('is not made on a disk that is short', async () => {
      expect(await keep(2 * MEGABYTE, 20_480)).toMatch(/^\/pg\/dummy not created: needs[^\n]*\nnone$/);
    });
  });
});
