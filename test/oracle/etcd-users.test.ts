import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteShell } from '../../generator/text/quote.ts';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { type Edit, UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * Users of etcd (docs/decisions/etcd-users.md): the generated script with the image's etcd, and the image's Patroni with the
 * generated password, for blueprint meta.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');
const CURRENT = '/etc/pigsty/current';
const URL = 'https://10.10.10.10:2379';

/** etcd, `ctl` as root, and the script for users, as on a host whose good generation has it. */
const STORE = `within etcd 379 sh ${CURRENT}/etc/etcd/start.sh >"$node/etcd.log" 2>&1 &
  store=$!
  as() { name=$1; shift; within etcd 379 etcdctl --command-timeout=2s --endpoints=${URL} --cacert=${CURRENT}/etc/etcd/ca.crt \
    --cert=${CURRENT}/etc/etcd/$name.crt --key=${CURRENT}/etc/etcd/$name.key "$@" 2>&1; }
  ctl() { as root "$@"; }
  until ctl endpoint health >/dev/null; do
    kill -0 $store 2>/dev/null || { cat "$node/etcd.log"; exit 3; }
    sleep 0.1
  done
  install -D -m 0644 /dev/null "$tree/etcd/etc/pigsty/good/etc/etcd/access.sh"
  users() { within etcd 379 sh ${CURRENT}/etc/etcd/access.sh >"$node/users.log" 2>&1 & users=$!; }
  says() { i=0; until grep -q "$1" "$node/users.log"; do
    i=$((i+1)); [ $i -lt 300 ] || { cat "$node/users.log"; ctl auth status; exit 5; }; sleep 0.1; done; }
  member() { ctl put "$1/members/pg-meta-1" "{\\"state\\":\\"running\\",\\"tags\\":{$2}}" >/dev/null; }
  users`;

/** What Patroni's own code says about its key, and about that of another cluster. */
const PATRONI = `
import pigsty_store
from patroni.config import Config
from patroni.dcs import get_dcs, etcd3
pigsty_store.adapt()
config = Config("${CURRENT}/etc/patroni", None).copy()
config["patronictl"] = True
store = get_dcs(config)
print("own:", store.set_config_value("{}"), bool(store._client._token))
try:
    store._client.put("/pg/pg-other/leader", "x")
    print("other: written")
except etcd3.PermissionDenied as error:
    print("other:", error.error)
try:
    store._client.prefix("/pg/pg-other/")
    print("other: read")
except etcd3.PermissionDenied as error:
    print("other:", error.error)
`;
/** The same with a transaction within a transaction. */
const NESTED = `
import base64, pigsty_store
from patroni.config import Config
from patroni.dcs import get_dcs
pigsty_store.adapt()
config = Config("${CURRENT}/etc/patroni", None).copy()
config["patronictl"] = True
client = get_dcs(config)._client
put = {"request_put": {"key": base64.b64encode(b"/pg/pg-other/leader").decode(), "value": "eA=="}}
print(client.call_rpc("/kv/txn", {"success": [{"request_txn": {"success": [put]}}]}).get("succeeded"))`;

const asPatroni = `within postgres-17 543 env PYTHONPATH=${CURRENT}/etc/pgsql python3 -c ${quoteShell(PATRONI)}`;

/** A request through the gateway for HTTP, with a certificate of the bundle; `Accept` decides how etcd treats it. */
const asAnybody = (certificate: string, accept: string) => {
  const python = `
import http.client, ssl
context = ssl.create_default_context(cafile="${CURRENT}/etc/pgsql/ca.crt")
context.load_cert_chain("${CURRENT}/etc/pgsql/${certificate}.crt", "${CURRENT}/etc/pgsql/${certificate}.key")
connection = http.client.HTTPSConnection("10.10.10.10", 2379, context=context)
connection.request("POST", "/v3/kv/put", body='{"key": "eA==", "value": "eA=="}', headers={${accept}})
response = connection.getresponse()
print(response.status, response.read().decode().strip())`;
  return `within postgres-17 543 python3 -c ${quoteShell(python)}`;
};

describe.skipIf(skipped)(`users of etcd${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    bundle = await UnpackedBundle.ofMeta(workshop);
  });

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  async function run(script: string, ...edits: readonly Edit[]): Promise<string> {
    const { stdout, stderr } = await bundle.run(`${STORE}\n${script}`, ...edits);
    return `${stdout}${stderr}`;
  }

  it('a cluster writes its own keys, with a password and before etcd knows passwords, and no others', async () => {
    const said = await run(`member /pg/pg-meta ''
      says 'when these use theirs: pg-meta-1'
      ${asPatroni}
      member /pg/pg-meta '"etcd_login":true'
      says 'requires passwords from now on'
      ${asPatroni}`);
    expect(said).toBe(
      'own: True False\nother: written\nother: read\n' +
        'own: True True\nother: etcdserver: permission denied\nother: etcdserver: permission denied\n',
    );
  });

  const enabled = `member /pg/pg-meta '"etcd_login":true'
    says 'requires passwords from now on'`;

  it("a certificate alone writes nothing: neither the server's nor etcd's own, which the gateway uses", async () => {
    const said = await run(`${enabled}
      ${asAnybody('store', '')}
      ${asAnybody('store', '"Accept": "*/*"')}
      ${asAnybody('server', '')}
      as server put x x | grep -o 'etcdserver: .*' | tail -n 1`);
    expect(said.split('\n')).toEqual([
      expect.stringMatching(/^403 .*permission denied/),
      expect.stringMatching(/^400 .*user name is empty/),
      expect.stringMatching(/^400 CommonName/),
      expect.stringContaining('permission denied'),
      '',
    ]);
  });

  it('checks no transaction within a transaction: as docs/decisions/etcd-users.md says of this version', async () => {
    const said = await run(`${enabled}
      within postgres-17 543 env PYTHONPATH=${CURRENT}/etc/pgsql python3 -c ${quoteShell(NESTED)}
      within etcd 379 etcd --version | head -n 1`);
    expect(said).toMatch(/^True\netcd Version: 3\.5\.16\n$/);
  });

  it('an operator can turn it off and on again, and the user of a cluster that is gone is removed', async () => {
    const said = await run(
      `${enabled}
      echo x | ctl user add /pg/pg-gone/ --interactive=false >/dev/null; ctl role add /pg/pg-gone/ >/dev/null
      ctl user add friend:x >/dev/null
      kill $users; users
      until [ "$(ctl role list | grep -c gone)" = 0 ]; do sleep 0.2; done
      ctl user list
      ctl put /pigsty/auth off
      until ctl auth status | grep -q 'Status: false'; do sleep 0.2; done
      sleep 4
      ctl auth status | head -n 1
      ctl del /pigsty/auth
      says 'requires passwords from now on'
      ctl auth status | head -n 1`,
    );
    expect(said).toBe(
      '/pg/pg-meta/\nfriend\nroot\nOK\nAuthentication Status: false\n1\nAuthentication Status: true\n',
    );
  });

  it('a host with an older bundle removes no user', async () => {
    const said = await run(`ctl put /pigsty/users '2 /pg/pg-meta/ /pg/pg-new/' >/dev/null
      echo x | ctl user add /pg/pg-new/ --interactive=false >/dev/null
      member /pg/pg-meta '"etcd_login":true'
      sleep 5
      ctl user list; ctl auth status | head -n 1; ctl get --print-value-only /pigsty/users`);
    expect(said).toBe('/pg/pg-new/\nAuthentication Status: false\n2 /pg/pg-meta/ /pg/pg-new/\n');
  });

  it("a password that does not match the site's key is set again", async () => {
    const said = await run(`${enabled}
      echo wrong | ctl user passwd /pg/pg-meta/ --interactive=false >/dev/null
      kill $users; users
      sleep 3
      ${asPatroni} | head -n 1`);
    expect(said).toBe('own: True True\n');
  });
});
