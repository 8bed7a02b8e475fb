import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startArchive, type TestArchive } from '../support/archive.ts';
import { removeTree, run } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * Grafana and VictoriaLogs from an archive of the inventory, with packages of their names whose programs only say how they were
 * started. Real: the lock, the images, nginx, HAProxy, the uploader of journals, all certificates.
 */
const skipped = skipReason('ip', 'unshare', 'chroot', 'gpg', 'dpkg-deb', 'openssl', 'python3');
const PROGRAM = `#!/bin/sh
if [ "$1" = cli ]; then
  echo "$*" >>/var/lib/grafana/said
  read -r password && echo "password $password" >>/var/lib/grafana/said
  exit 0
fi
echo "$*"
ls /run/grafana/dashboards
`;
const PACKAGES = [
  {
    name: 'grafana',
    version: '13.3.0',
    files: { 'usr/share/grafana/bin/grafana': { text: PROGRAM, mode: 0o755 } },
  },
  {
    name: 'victoria-logs',
    version: '1.52.0',
    files: { 'usr/bin/victoria-logs': { text: '#!/bin/sh\necho "$*"\n', mode: 0o755 } },
  },
];
/** What VictoriaLogs does with an upload, but for keeping it: it says the path, the lines, and whether they have labels. */
const STORE = `
import http.server
class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body, size = b"", -1
        while size != 0:
            size = int(self.rfile.readline(), 16)
            body += self.rfile.read(size)
            self.rfile.readline()
        print(self.path, body.count(b"\\nMESSAGE="), b"\\nCLS=pg-test\\n" in body, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", 9428), Store).serve_forever()
`;
const LINE = '_BOOT_ID=11111111111111111111111111111111\\nPRIORITY=6\\nCLS=pg-test\\nMESSAGE=hello\\n\\n';
const CURRENT = '/etc/pigsty/current';
const nginx = `install -d -o 377 "$node/run/nginx"
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start`;

describe.skipIf(skipped)(`programs of an archive${skipped ? ` (${skipped})` : ''}`, () => {
  let archive: TestArchive;
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    vi.stubEnv('no_proxy', '127.0.0.1');
    archive = await startArchive(mkdtempSync(join(tmpdir(), 'pigsty-archive-')));
    archive.publish(PACKAGES);
    const { address, key } = archive.source;
    const source = `{ name: ours, url: '${address}', suite: test, key: ours.asc, packages: [grafana, victoria-logs] }`;
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

  it('get the journals of hosts through the receiver, which knows the hosts, and acknowledge them', async () => {
    const { stdout, stderr } = await bundle.run(`
      journal=$tree/journal/var/log/journal id=$(cat /etc/machine-id)
      mount -t tmpfs none "$journal"; mkdir "$journal/$id" "$tree/journal/run/host"; mkdir "$tree/journal/run/host/etc"
      cp /etc/machine-id "$tree/journal/run/host/etc/"
      install -d -o 374 "$node/run/journal-receiver" "$node/data/state"
      printf '__REALTIME_TIMESTAMP=%s000000\\n__MONOTONIC_TIMESTAMP=1000\\n${LINE}' "$(date +%s)" |
        within journal 0 /usr/lib/systemd/systemd-journal-remote -o /var/log/journal/$id/system.journal - 2>"$node/remote"
      chmod 0644 "$journal/$id"/*
      python3 -c '${STORE}' >"$node/said" &
      within haproxy 374 haproxy -W -f ${CURRENT}/etc/journal/receiver.cfg >"$node/receiver" 2>&1 &
      within journal 374 STATE_DIRECTORY=/data/state sh ${CURRENT}/etc/journal/upload.sh 10.10.10.10 19532 /vlogs/insert/journald 2>"$node/upload" &
      i=0; until [ -s "$node/data/state/10.10.10.10-store" ]; do
        i=$((i + 1)); [ $i -lt 150 ] || { cat "$node/remote" "$node/receiver"; exit 5; }; sleep 0.2; done
      cat "$node/said"
      ask() { curl -s -o /dev/null -w '%{http_code}\\n' --cacert etc/journal/ca.crt -X POST -d x "$@"; }
      ask --cert etc/journal/host.crt --key etc/journal/host.key https://10.10.10.10:19532/vlogs/delete
      ask --cert etc/prometheus/client.crt --key etc/prometheus/client.key https://10.10.10.10:19532/vlogs/insert/journald/upload`);
    expect(`${stdout}${stderr}`).toBe('/vlogs/insert/journald/upload 1 True\n403\n403\n');
  });

  it('have a search on the portal, and no way to write', async () => {
    const { stdout } = await bundle.run(`${nginx}
      within nginx 377 sh ${CURRENT}/etc/nginx/start.sh >"$node/nginx" 2>&1 &
      until [ -s "$node/run/nginx/nginx.pid" ]; do sleep 0.1; done
      ask() { curl -sk -u reader:second -o /dev/null -w '%{http_code}\\n' "https://10.10.10.10$1"; }
      ask /vlogs/select/vmui/; ask /vlogs/insert/journald/upload
      kill $(cat "$node/run/nginx/nginx.pid")`);
    expect(stdout).toBe('502\n404\n');
  });

  it.each(['grafana.service', 'victoria_logs.service'])(
    '%s: systemd accepts it, and what it may do is little',
    async (unit) => {
      const file = join(bundle.generation, 'units', unit);
      // The program is in the image.
      const verified = await run('systemd-analyze', ['verify', '--man=no', file]);
      const complaints = `${verified.stdout}${verified.stderr}`
        .split('\n')
        .filter(
          (line) => line.includes(unit) && !line.endsWith('is not executable: No such file or directory'),
        );
      expect(complaints).toEqual([]);
      const { stdout } = await run('systemd-analyze', ['security', '--offline=true', file]);
      const exposure = /Overall exposure level for \S+: ([0-9.]+)/.exec(stdout)?.[1];
      expect(Number(exposure)).toBeLessThanOrEqual(3);
    },
  );
});
