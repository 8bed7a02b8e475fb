import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { type Edit, UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * From journal files to queries, with the programs of the images and the generated scripts and configuration: upload.sh,
 * HAProxy, journal-remote, journal-gatewayd (docs/decisions/logs.md). One host sends and receives.
 */
const skipped = skipReason('ip', 'unshare', 'chroot', 'python3');
const HOST = '10.10.10.10';
const CURRENT = '/etc/pigsty/current';
const PROGRAMS = '/usr/lib/systemd';

const INVENTORY = `all:
  children:
    infra: { hosts: { ${HOST}: { infra_seq: 1 } } }
  vars: { admin_ip: ${HOST}, haproxy_enabled: false, node_ntp_enabled: false, journal_max_size: 16MiB }
`;

/** Lines FIRST to LAST, as a unit with labels writes them, into the journal of the host. */
const WRITER = `
import sys, time
first, last = int(sys.argv[1]), int(sys.argv[2])
for number in range(first, last + 1):
    now = time.time_ns() // 1000
    fields = {"__REALTIME_TIMESTAMP": now, "__MONOTONIC_TIMESTAMP": now % 10**12, "_BOOT_ID": "1" * 32, "PRIORITY": 6,
              "JOB": "pgsql", "CLS": "pg-test", "INS": f"pg-test-{1 + number % 2}", "IP": "${HOST}", "MESSAGE": f"line {number}",
              "TEXT": "x" * (number * 37 % 400)}
    print("\\n".join(f"{key}={value}" for key, value in fields.items()), end="\\n\\n")
`;

/** What systemd does for the gateway: it opens the socket. */
const GATEWAY = `
import os, socket, sys
server = socket.create_server(("127.0.0.1", 19531))
os.dup2(server.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp("chroot", ["chroot", "--userspec=374:374", sys.argv[1], "${PROGRAMS}/systemd-journal-gatewayd", "--directory=/data/journal"])
`;

/** The services of the host, as functions; \`found\` prints the messages of a query, one a line. */
const SERVICES = `
image=$tree/journal id=$(cat /etc/machine-id)
mount -t tmpfs none "$image/var/log/journal"; mkdir "$image/var/log/journal/$id"
mkdir -p "$image/run/host"; mkdir -p "$image/run/host/etc"; cp /etc/machine-id "$image/run/host/etc/machine-id"
mkdir -p "$node/run/journal-receiver" "$node/data/state"; chown 374:374 "$node/run/journal-receiver" "$node/data/state"
journal=/var/log/journal/$id/system.journal
write() { python3 -c "$WRITER" "$1" "$2" | within journal 0 ${PROGRAMS}/systemd-journal-remote -o "$journal" - 2>/dev/null
  chmod 0644 "$image/var/log/journal/$id"/*; }
# In the background only: $! is then the program, and the leader of its processes.
service() { from=$tree/$1; shift
  exec setsid chroot --userspec=374:374 "$from" /usr/bin/env -i HOME=/tmp PATH=/usr/sbin:/usr/bin STATE_DIRECTORY=/data/state "$@"; }
store() { within journal 374 sh ${CURRENT}/etc/journal/retention.sh
  service journal ${PROGRAMS}/systemd-journal-remote --listen-http=127.0.0.1:19533 --split-mode=host --output=/data/journal \\
    >>"$node/store.log" 2>&1 & store=$!; }
receive() { service haproxy haproxy -W -f ${CURRENT}/etc/journal/receiver.cfg >"$node/receiver.log" 2>&1 & }
send() { service journal sh ${CURRENT}/etc/journal/upload.sh ${HOST} 19532 2>>"$node/send.log" & send=$!; }
stop() { kill -s "$1" -- "-$2"; wait "$2" 2>/dev/null || :; }
gateway() { python3 -c "$GATEWAY" "$image" >"$node/gateway.log" 2>&1 & }
found() { curl -sG -H 'Accept: application/json' "http://127.0.0.1:19531/entries" "$@" |
  python3 -c 'import json, sys; [print(json.loads(line)["MESSAGE"]) for line in sys.stdin]'; }
# Waits until as many different lines have arrived.
expect() { i=0; until [ "$(found | sort -u | wc -l)" -ge "$1" ]; do
  i=$((i+1)); [ $i -lt 100 ] || { cat "$node"/*.log; found | wc -l; exit 5; }; sleep 0.2; done; }
missing() { found | sort -u | python3 -c 'import sys
have = {int(line.split()[1]) for line in sys.stdin}; print("missing:", sorted(set(range(1, int(sys.argv[1]) + 1)) - have))' "$1"; }`;

describe.skipIf(skipped)(`journals${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop('meta', () => INVENTORY);
    bundle = await UnpackedBundle.ofMeta(workshop);
  });

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  async function run(script: string, ...edits: readonly Edit[]): Promise<string> {
    const programs = `WRITER='${WRITER}' GATEWAY='${GATEWAY}'`;
    const { stdout, stderr } = await bundle.run(`${programs}\n${SERVICES}\n${script}`, ...edits);
    return `${stdout}${stderr}`;
  }

  it('arrive with their fields, over a connection with certificates of both sides, and are found by them', async () => {
    const said = await run(`write 1 20000; gateway; store; receive; sleep 2; send
      expect 20000; missing 20000; cat "$node/send.log"
      found -d INS=pg-test-1 -d CLS=pg-test | sort -u | wc -l
      found -d INS=pg-other | wc -l
      curl -s http://127.0.0.1:19531/fields/INS | sort
      ls "$node/data/journal" | grep -v @
      sed "s|/var/lib/journal-upload|$node/data/state|" metrics/journal-upload | sh | grep -v '^#' | tr -d 0-9`);
    const acknowledged = 'pigsty_journal_upload_acknowledged_timestamp_seconds{receiver="..."} \n';
    expect(said).toBe(
      `missing: []\n10000\n0\npg-test-1\npg-test-2\nremote-127.10.10.10.journal\n${acknowledged}`,
    );
  });

  it('lose nothing when the receiver is down, and when the journal of the host is rotated meanwhile', async () => {
    const said = await run(`write 1 100; gateway; store; receive; send
      expect 100
      stop TERM $store; write 101 300
      mv "$image$journal" "$image\${journal%.journal}@$(printf %032x-%016x-%016x 1 1 1).journal"; write 301 500
      sleep 3; store; expect 500; missing 500`);
    expect(said).toBe('missing: []\n');
  });

  it('lose nothing when the upload is killed', async () => {
    const said = await run(`write 1 100; gateway; store; receive; send; expect 100
      stop KILL $send; write 101 200; send; expect 200; missing 200`);
    expect(said).toBe('missing: []\n');
  });

  const stranger = `cd "$node" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 \\
    -subj /OU=journal/CN=${HOST} -keyout key -out crt 2>/dev/null`;
  const post = (more: string) =>
    `curl -s -o /dev/null -w '%{http_code} %{exitcode}\\n' --cacert ${'etc/journal/ca.crt'} ${more} \\
      -X POST -H 'Content-Type: application/vnd.fdo.journal' --data-binary @"$node/entry" https://${HOST}:19532/upload || :`;
  const own = '--cert etc/journal/host.crt --key etc/journal/host.key';
  const entry = 'python3 -c "$WRITER" 1 1 >"$node/entry"';

  it('are accepted from hosts of the site only, for which the CA vouches', async () => {
    const said = await run(`gateway; store; receive; (${stranger}); ${entry}; sleep 2
      ${post(own)}
      ${post('')}
      ${post('--cert "$node/crt" --key "$node/key"')}
      found | wc -l`);
    expect(said.split('\n')).toEqual(['202 0', '000 56', '000 56', '1', '']);
  });

  it('are refused from a host that the inventory does not have', async () => {
    const otherHost: Edit = {
      path: 'etc/journal/receiver.cfg',
      change: (text) => text.replace(`backend ${HOST}`, 'backend 10.10.10.99'),
    };
    const said = await run(`gateway; store; receive; ${entry}; sleep 2; ${post(own)}`, otherHost);
    expect(said).toBe('403 0\n');
  });

  it('are deleted when they are too old', async () => {
    const said = await run(`cd "$node/data/journal"; touch -d '16 days ago' remote-127.0.0.1.journal
      touch -d '14 days ago' remote-127.0.0.2@1-1-1.journal; touch remote-127.0.0.3.journal
      within journal 374 sh ${CURRENT}/etc/journal/retention.sh; ls`);
    expect(said).toBe('remote-127.0.0.2@1-1-1.journal\nremote-127.0.0.3.journal\n');
  });

  it('are deleted when there are too many', async () => {
    const said = await run(`gateway; store; receive; sleep 2
      for last in 20000 40000 60000 80000; do
        python3 -c "$WRITER" $((last - 19999)) $last >"$node/entry"; ${post(own)}; done
      du -sm "$node/data/journal" | cut -f 1
      for line in 1 80000; do found --data-urlencode "MESSAGE=line $line" | wc -l; done`);
    const [, , , , size, first, last] = said.split('\n');
    expect(Number(size)).toBeLessThanOrEqual(17);
    expect([first, last]).toEqual(['0', '1']);
  });
});
