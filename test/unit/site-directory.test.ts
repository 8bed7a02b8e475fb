import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SiteDirectory } from '../../generator/emit/site-directory.ts';

it('has no files of hosts that left, or of an interrupted build', async () => {
  const out = mkdtempSync(join(tmpdir(), 'pigsty-site-'));
  try {
    const site = new SiteDirectory(out, 'prod');
    await site.open();
    for (const name of ['10.1.0.1', '10.1.0.2', '10.1.0.1.new']) {
      mkdirSync(join(site.path, 'hosts', name), { recursive: true });
      writeFileSync(join(site.path, 'hosts', name, 'file'), '');
    }
    await site.keepHosts(['10.1.0.1']);
    expect(readdirSync(join(site.path, 'hosts'))).toEqual(['10.1.0.1']);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
