import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debian13 } from '../../../generator/distributions/debian13.ts';
import {
  type ContentRequest,
  contentFile,
  contentKey,
  createContent,
  readContent,
} from '../../../generator/emit/content-cache.ts';
import { startUnpacker, type Unpacker, UnpackFailed } from '../../../generator/emit/unpacker.ts';
import type { ContentIndex, Selection } from '../../../generator/oci/package-content.ts';
import { readEntries } from '../../../generator/oci/tar-reader.ts';
import { makePackage, type PackageFile } from '../../support/packages.ts';
import { findMissing } from '../../support/requirements.ts';

const missing = findMissing([{ tool: 'dpkg-deb', package: 'dpkg' }]);
const scratch = mkdtempSync(join(tmpdir(), 'pigsty-content-'));
const cache = join(scratch, 'cache with spaces');
let unpacker: Unpacker;
let count = 0;

async function contentOf(files: Readonly<Record<string, PackageFile>>, selection: Selection = {}) {
  const directory = join(scratch, String(count++));
  mkdirSync(directory);
  const { file, ...locked } = makePackage(directory, { name: 'sample', files });
  const request: ContentRequest = { package: locked, distribution: debian13, ...selection };
  const index = await createContent(request, file, cache, unpacker);
  return { index, request, file, entries: readContentFile(request) };
}

function readContentFile(request: ContentRequest) {
  const bytes = readFileSync(contentFile(cache, contentKey(request)));
  const read = (position: number, length: number) => bytes.subarray(position, position + length);
  return readEntries(read).map(({ offset, ...one }) => ({ ...one, text: read(offset, one.size).toString() }));
}

function paths(index: ContentIndex): string[] {
  return index.entries.map((entry) => entry.path);
}

describe.skipIf(missing.length > 0)(
  `a package content (${missing.map((m) => m.tool).join() || 'dpkg-deb'})`,
  () => {
    beforeAll(() => {
      unpacker = startUnpacker('dpkg-deb');
    });
    afterAll(() => {
      unpacker.close();
      rmSync(scratch, { recursive: true, force: true });
    });

    it('keeps what runs and the licence, and drops the rest', async () => {
      const text = { text: 'x' };
      const { index } = await contentOf({
        'usr/bin/tool': { text: 'x', mode: 0o755 },
        'usr/share/doc/sample/copyright': text,
        'usr/share/doc/sample/changelog.gz': text,
        'usr/share/man/man1/tool.1.gz': text,
        'usr/share/locale/de/LC_MESSAGES/tool.mo': text,
        'usr/include/tool.h': text,
        'usr/lib/x86_64-linux-gnu/libtool.a': text,
        'usr/lib/x86_64-linux-gnu/libtool.so.1': text,
        'usr/lib/x86_64-linux-gnu/pkgconfig/tool.pc': text,
        'usr/share/manual': text,
      });
      expect(paths(index)).toEqual([
        'usr/bin/tool',
        'usr/lib/x86_64-linux-gnu/libtool.so.1',
        'usr/share/doc/sample/copyright',
        'usr/share/manual',
      ]);
      expect(index.directories.map(({ path }) => path)).toEqual([
        'usr',
        'usr/bin',
        'usr/lib',
        'usr/lib/x86_64-linux-gnu',
        'usr/share',
        'usr/share/doc',
        'usr/share/doc/sample',
      ]);
      expect(index.control).toMatch(/^Package: sample\nVersion: 1\.0$/m);
    });

    it('moves paths to merged /usr and /run, hard links included, symbolic links as they are', async () => {
      const { entries, index } = await contentOf({
        'bin/tool': { text: 'tool', mode: 0o755 },
        'bin/tool-again': { hardlink: 'bin/tool' },
        'lib/x86_64-linux-gnu/libc.so.6': { text: 'c' },
        'sbin/link': { symlink: '/bin/tool' },
        'var/run/tool/socket': { text: '' },
      });
      expect(entries.map(({ path, kind, target }) => [path, kind, target])).toEqual([
        ['run/tool/socket', 'file', undefined],
        ['usr/bin/tool', 'file', undefined],
        ['usr/bin/tool-again', 'hardlink', 'usr/bin/tool'],
        ['usr/lib/x86_64-linux-gnu/libc.so.6', 'file', undefined],
        ['usr/sbin/link', 'symlink', '/bin/tool'],
      ]);
      expect(index.directories.map(({ path }) => path)).not.toContain('bin');
    });

    it('takes set-id bits off and keeps sticky directories', async () => {
      const { entries } = await contentOf({ 'usr/bin/su': { text: 'su', mode: 0o4755 } });
      expect(entries).toMatchObject([{ path: 'usr/bin/su', mode: 0o755, uid: 0, gid: 0 }]);
    });

    it('takes only some paths, and makes files of links that lead out of them', async () => {
      const { entries } = await contentOf(
        {
          'usr/lib/locale/a_DJ/LC_CTYPE': { text: 'ctype' },
          'usr/lib/locale/b_US/LC_CTYPE': { symlink: '../a_DJ/LC_CTYPE' },
          'usr/lib/locale/en_US/LC_CTYPE': { symlink: '../b_US/LC_CTYPE' },
          'usr/lib/locale/en_US/LC_NAME': { hardlink: 'usr/lib/locale/a_DJ/LC_CTYPE' },
          'usr/lib/locale/en_US/LC_TIME': { text: 'time' },
          'usr/lib/locale/en_US/SAME': { symlink: 'LC_TIME' },
          'usr/lib/locale/en_USA/LC_TIME': { text: 'no' },
        },
        { only: ['usr/lib/locale/en_US'] },
      );
      expect(entries.map(({ path, kind, text, target }) => [path.slice(21), kind, text || target])).toEqual([
        ['LC_CTYPE', 'file', 'ctype'],
        ['LC_NAME', 'file', 'ctype'],
        ['LC_TIME', 'file', 'time'],
        ['SAME', 'symlink', 'LC_TIME'],
      ]);
    });

    it('leaves some paths out, and their directories', async () => {
      const { index } = await contentOf(
        { 'usr/lib/a.so': { text: 'a' }, 'usr/lib/code/a.bc': { text: 'b' }, 'usr/lib/codes': { text: 'c' } },
        { without: ['usr/lib/code'] },
      );
      expect(paths(index)).toEqual(['usr/lib/a.so', 'usr/lib/codes']);
      expect(index.directories.map(({ path }) => path)).toEqual(['usr', 'usr/lib']);
    });

    it('lets the first name in order hold the content of hard links', async () => {
      const { entries } = await contentOf({ 'usr/z': { text: 'content' }, 'usr/a': { hardlink: 'usr/z' } });
      expect(entries.map(({ path, kind, text, target }) => [path, kind, text || target])).toEqual([
        ['usr/a', 'file', 'content'],
        ['usr/z', 'hardlink', 'usr/a'],
      ]);
    });

    it('says where each content starts in the content file', async () => {
      const { index, request } = await contentOf({
        'usr/big': { text: 'y'.repeat(700_000) },
        'usr/small': { text: 'abc' },
      });
      const bytes = readFileSync(contentFile(cache, contentKey(request)));
      const texts = index.entries.map(({ offset, size }) => bytes.toString('utf8', offset, offset + size));
      expect(texts).toEqual(['y'.repeat(700_000), 'abc']);
      expect(bytes.length).toBe(index.size);
    });

    it('is found again in the cache, and not when it was cut short', async () => {
      const { index, request } = await contentOf({ 'usr/file': { text: 'abc' } });
      expect(readContent(cache, contentKey(request))).toEqual(index);
      expect(readContent(cache, contentKey({ ...request, only: ['usr'] }))).toBeUndefined();
      expect(readContent(cache, contentKey({ ...request, without: ['usr'] }))).toBeUndefined();
      rmSync(contentFile(cache, contentKey(request)));
      expect(readContent(cache, contentKey(request))).toBeUndefined();
    });

    it('reports dpkg-deb’s error for an invalid package and continues', async () => {
      const request = (await contentOf({ 'usr/file': { text: 'abc' } })).request;
      await expect(createContent(request, '/etc/hostname', cache, unpacker)).rejects.toThrow(UnpackFailed);
      await expect(contentOf({ 'usr/next': { text: 'abc' } })).resolves.toBeDefined();
    });
  },
);
