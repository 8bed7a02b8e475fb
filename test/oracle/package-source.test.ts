import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startArchive, type TestArchive } from '../support/archive.ts';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/* An extension of an archive of one's own, from the inventory to a query. */
const skipped = skipReason('ip', 'unshare', 'chroot', 'gpg', 'dpkg-deb');
const FOLDER = 'usr/share/postgresql/17/extension';
const EXTENSION = {
  name: 'postgresql-17-greeting',
  version: '1.0',
  depends: 'postgresql-17',
  files: {
    [`${FOLDER}/greeting.control`]: { text: "default_version = '1.0'\n" },
    [`${FOLDER}/greeting--1.0.sql`]: {
      text: "create function greeting() returns text language sql return 'hello';\n",
    },
  },
};

const SCRIPT = `
  server() { within postgres-17 543 "$@"; }
  server initdb -D /tmp/data -U judge --auth=trust >"$node/initdb"
  server pg_ctl -D /tmp/data -w -l /tmp/log -o '-c listen_addresses=' start >"$node/start"
  server psql -h /var/run/postgresql -d postgres -U judge -XAtqc 'create extension greeting' -c 'select greeting()'
  server pg_ctl -D /tmp/data -w -m immediate stop >"$node/stop"`;

describe.skipIf(skipped)(`image_sources${skipped ? ` (${skipped})` : ''}`, () => {
  let archive: TestArchive;
  let workshop: Workshop;

  beforeAll(async () => {
    vi.stubEnv('no_proxy', '127.0.0.1');
    archive = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
    archive.publish([EXTENSION]);
    const { address, key } = archive.source;
    const added = `image_sources: [{ name: ours, url: '${address}', suite: test, key: ours.asc }]`;
    workshop = new Workshop('meta', (text) =>
      text
        .replace('pg_version: 17', `pg_version: 17\n        pg_extensions: [${EXTENSION.name}]`)
        .replace('admin_ip:', `${added}\n    admin_ip:`),
    );
    writeFileSync(join(workshop.directory, 'ours.asc'), key);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await archive?.close();
    removeTree(archive.directory);
    workshop?.remove();
  });

  it('give a cluster an extension that the platform does not have', async () => {
    const bundle = await UnpackedBundle.ofMeta(workshop);
    const { stdout, stderr } = await bundle.run(SCRIPT);
    expect(stderr).toBe('');
    expect(stdout).toBe('hello\n');
  });
});
