import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { contentPadding } from '../../../generator/oci/package-content.ts';
import { ENTRY_TIME, encodeHeader, endOfArchive, type TarEntry } from '../../../generator/oci/tar-header.ts';
import { MalformedArchive, readEntries } from '../../../generator/oci/tar-reader.ts';

const scratch = mkdtempSync(join(tmpdir(), 'pigsty-tar-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function entry(path: string, part: Partial<TarEntry> = {}): TarEntry {
  return { path, kind: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, ...part };
}

function archive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((one) => [
    encodeHeader(one),
    Buffer.alloc(one.size, 'x'),
    contentPadding(one.size),
  ]);
  return Buffer.concat([...blocks, endOfArchive()]);
}

function readBack(bytes: Buffer) {
  return readEntries((position, length) => bytes.subarray(position, position + length));
}

const LONG = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(90)}/name`;
const CASES: readonly TarEntry[] = [
  entry('usr/bin/dash', { mode: 0o755, size: 1000 }),
  entry('usr/lib', { kind: 'directory', mode: 0o755 }),
  entry('bin', { kind: 'symlink', mode: 0o777, target: 'usr/bin' }),
  entry('usr/bin/other', { kind: 'hardlink', target: 'usr/bin/dash' }),
  entry(`${'a'.repeat(150)}/${'b'.repeat(90)}`, { size: 1 }),
  entry(`${'a'.repeat(100)}`, { size: 512 }),
  entry(`${'a'.repeat(101)}`, { size: 513 }),
  entry(`${'a'.repeat(99)}`, { kind: 'directory' }),
  entry(`${'a'.repeat(100)}`, { kind: 'directory' }),
  entry(LONG, { size: 3 }),
  entry('long-target', { kind: 'symlink', target: LONG }),
  entry('certificates/Főtanúsítvány.crt', { size: 2 }),
  entry('to-unicode', { kind: 'symlink', target: 'Főtanúsítvány.crt' }),
  entry('owned', { uid: 543, gid: 543, mode: 0o600 }),
];

describe('paths of a package', () => {
  const pathOf = (name: string) => readBack(archive([entry(name)]))[0]?.path;

  it.each(['usr//share/x', './usr/share/x', 'usr/./share/x', '/usr/share/x', 'usr/share//x'])(
    'have one form: %s',
    (name) => expect(pathOf(name)).toBe('usr/share/x'),
  );

  it.each(['../x', 'usr/../../x', 'usr/..', 'usr/share/a\nb', 'usr/\u0001'])('are refused: %j', (name) => {
    expect(() => pathOf(name)).toThrow(MalformedArchive);
  });

  it.each(['../x', 'usr/../../x'])('are refused as the target of a hard link: %s', (target) => {
    const bytes = archive([entry('usr/x', { kind: 'hardlink', target })]);
    expect(() => readBack(bytes)).toThrow(MalformedArchive);
  });
});

describe('tar header', () => {
  it.each(CASES.map((one) => [`${one.kind} ${one.path.slice(0, 40)} (${one.path.length})`, one] as const))(
    'is read back as written: %s',
    (_, one) => {
      const [{ offset, ...read }] = readBack(archive([one])) as [TarEntry & { offset: number }];
      expect(read).toEqual(one);
      expect(offset % 512).toBe(0);
    },
  );

  it('is read by GNU tar: names, modes, owners, sizes, the fixed time', () => {
    const file = join(scratch, 'all.tar');
    writeFileSync(file, archive(CASES));
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    const options = { encoding: 'utf8', env } as const;
    const listed = execFileSync('tar', ['--quoting-style=literal', '--numeric-owner', '-tvf', file], options);
    expect(listed.trim().split('\n')).toHaveLength(CASES.length);
    for (const one of CASES) expect(listed).toContain(one.path);
    expect(listed).toMatch(/^-rw------- 543\/543 +0 2000-01-01 00:00 owned$/m);
    expect(listed).toContain(`long-target -> ${LONG}`);
  });

  it('is read by tar-stream with the same fields', async () => {
    const seen: unknown[] = [];
    const reader = extract();
    reader.on('entry', ({ name, mode, uid, size, mtime, uname, linkname }, stream, next) => {
      seen.push([name.replace(/\/$/, ''), mode, uid, size, mtime?.getTime(), uname, linkname ?? undefined]);
      stream.resume();
      stream.on('end', next);
    });
    reader.end(archive(CASES));
    await new Promise<void>((resolve) => reader.on('finish', () => resolve()));
    expect(seen).toEqual(
      CASES.map((one) => [one.path, one.mode, one.uid, one.size, ENTRY_TIME * 1000, '', one.target]),
    );
  });

  it('uses pax only where USTAR cannot hold the entry', () => {
    expect(CASES.filter((one) => encodeHeader(one).length > 512).map((one) => one.path.length)).toEqual([
      101,
      100,
      LONG.length,
      11,
      30,
      10,
    ]);
  });

  it('encodes any name and target', () => {
    const name = fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }).filter((text) => isPath(text));
    fc.assert(
      fc.property(name, name, (path, target) => {
        const [read] = readBack(archive([entry(path, { kind: 'symlink', target, mode: 0o777 })]));
        expect(read).toMatchObject({ path, target });
      }),
    );
  });
});

describe('tar reader', () => {
  it('reads what GNU tar writes: long names, links, sizes', () => {
    const root = join(scratch, 'tree');
    mkdirSync(join(root, LONG, '..'), { recursive: true });
    writeFileSync(join(root, LONG), 'abc');
    symlinkSync(LONG, join(root, 'symlink'));
    linkSync(join(root, LONG), join(root, 'z-hardlink'));
    for (const format of ['gnu', 'pax', 'posix']) {
      const file = join(scratch, `${format}.tar`);
      execFileSync('tar', ['--sort=name', `--format=${format}`, '-cf', file, '-C', root, './']);
      const entries = readBack(readFileSync(file));
      expect(entries.find((one) => one.path === LONG)).toMatchObject({ kind: 'file', size: 3 });
      expect(entries.find((one) => one.path === 'symlink')).toMatchObject({ kind: 'symlink', target: LONG });
      expect(entries.find((one) => one.path === 'z-hardlink')).toMatchObject({
        kind: 'hardlink',
        target: LONG,
      });
    }
  });

  it('refuses a header whose bytes were changed', () => {
    const bytes = archive([entry('usr/bin/dash')]);
    bytes[3] = 0x58;
    expect(() => readBack(bytes)).toThrow('bad tar header at byte 0');
  });
});

function isPath(text: string): boolean {
  const steps = text.split('/');
  return !/\p{Cc}/u.test(text) && steps.every((step) => !['', '.', '..'].includes(step));
}
