import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startArchive, type TestArchive } from '../support/archive.ts';
import { removeTree } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * Grafana from an archive of the inventory, with a package of its name whose program only says how it was started. Real: the
 * lock, the image, nginx and its certificates.
 */
const skipped = skipReason('ip', 'unshare', 'chroot', 'gpg', 'dpkg-deb', 'openssl');
const PROGRAM = `#!/bin/sh
if [ "$1" = cli ]; then
  echo "$*" >>/var/lib/grafana/said
  read -r password && echo "password $password" >>/var/lib/grafana/said
  exit 0
fi
echo "$*"
ls /run/grafana/dashboards
`;
const PACKAGE = {
  name: 'grafana',
  version: '13.3.0',
  files: { 'usr/share/grafana/bin/grafana': { text: PROGRAM, mode: 0o755 } },
};
const CURRENT = '/etc/pigsty/current';
const nginx = `install -d -o 377 "$node/run/nginx"
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start`;

describe.skipIf(skipped)(`Grafana of an archive${skipped ? ` (${skipped})` : ''}`, () => {
  let archive: TestArchive;
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    vi.stubEnv('no_proxy', '127.0.0.1');
    archive = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
    archive.publish([PACKAGE]);
    const { address, key } = archive.source;
    const source = `{ name: ours, url: '${address}', suite: test, key: ours.asc, packages: [grafana] }`;
    workshop = new Workshop(join(root, 'test/oracle/centre/two-hosts.yml'), (text) =>
      text.replace('    admin_ip:', `    image_sources: [${source}]\n    admin_ip:`),
    );
    writeFileSync(join(workshop.directory, 'ours.asc'), key);
    const exported = await workshop.bundle('10.10.10.10');
    bundle = await UnpackedBundle.unpack(exported, mkdtempSync(join(workshop.directory, 'unpacked-')));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await archive?.close();
    if (archive) removeTree(archive.directory);
    workshop?.remove();
  });

  it('starts with its configuration and the dashboards, and sets the password of a database that is there', async () => {
    const { stdout, stderr } = await bundle.run(`
      mount --bind "$node/var/lib/grafana" "$tree/grafana/var/lib/grafana"
      install -d -o 373 "$node/run/grafana"
      start() { within grafana 373 sh ${CURRENT}/etc/grafana/start.sh; }
      start >"$node/first"
      within grafana 373 touch /var/lib/grafana/grafana.db
      start
      within grafana 373 cat /var/lib/grafana/said`);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`server --homepath=/usr/share/grafana --config=${CURRENT}/etc/grafana/grafana.ini`);
    expect(lines).toContain('overview.json');
    expect(lines.slice(-2)).toEqual([
      `cli --homepath=/usr/share/grafana --config=${CURRENT}/etc/grafana/grafana.ini admin reset-admin-password --password-from-stdin`,
      'password pigsty',
    ]);
  });

  it('has its pages and its metrics in files that nginx accepts', async () => {
    const { stdout, stderr } = await bundle.run(`${nginx}
      within nginx 377 sh -c 'mkfifo /run/nginx/access; cat <>/run/nginx/access & nginx -t -q -e stderr -c ${CURRENT}/etc/nginx/nginx.conf'`);
    expect(`${stdout}${stderr}`).toBe('');
  });

  it('shows its metrics to clients with a certificate of the site, and nothing else of it', async () => {
    const { stdout } = await bundle.run(`${nginx}
      within nginx 377 sh ${CURRENT}/etc/nginx/start.sh >"$node/nginx" 2>&1 &
      until [ -s "$node/run/nginx/nginx.pid" ]; do sleep 0.1; done
      ask() { # PATH, OPTIONS
        path=$1; shift
        printf 'GET %s HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n' "$path" |
          openssl s_client -connect 10.10.10.10:3000 -quiet -CAfile etc/grafana/ca.crt "$@" 2>/dev/null |
          head -n 1 | cut -d ' ' -f 2
      }
      own='-cert etc/grafana/client.crt -key etc/grafana/client.key'
      ask /metrics $own; ask /ui/ $own; ask /metrics
      kill $(cat "$node/run/nginx/nginx.pid")`);
    // Nothing answers behind it: 502.
    expect(stdout.trim().split('\n')).toEqual(['502', '404', '400']);
  });
});
