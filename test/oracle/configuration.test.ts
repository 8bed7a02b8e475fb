import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCRAPER } from '../../generator/model/monitoring.ts';
import { HAPROXY } from '../../generator/text/haproxy-words.ts';
import { quoteShell } from '../../generator/text/quote.ts';
import { type RunResult, removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { makeClient } from '../support/scraper.ts';
import { type Edit, UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * The programs of the built images judge what was generated for blueprint meta, secrets and measured files included.
 * Each accepts it and each refuses one broken input.
 */
const skipped = skipReason(
  'ip',
  'unshare',
  'chroot',
  'visudo',
  'systemd-sysusers',
  'systemd-tmpfiles',
  'curl',
  'openssl',
);
/** What breaks naive quoting. */
const PASSWORD = `it's "50%" of $HOME # {x} \\ & more`;
const CURRENT = '/etc/pigsty/current';

describe.skipIf(skipped)(`configuration of blueprint meta${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop(
      'meta',
      (text) => `${text}    haproxy_admin_password: ${JSON.stringify(PASSWORD)}\n`,
    );
    bundle = await UnpackedBundle.ofMeta(workshop);
  });

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  /** What a program said, standard output first. */
  function said({ stdout, stderr }: RunResult): string {
    return `${stdout}${stderr}`;
  }

  function edit(path: string, from: string | RegExp, to: string): Edit {
    return { path, change: (text) => text.replace(from, to) };
  }

  describe('haproxy', () => {
    const check = `within haproxy 380 haproxy -c -f ${CURRENT}/etc/haproxy`;

    it('accepts its files without a warning', async () => {
      const result = await bundle.run(check);
      expect(said(result)).toBe('');
      expect(result.code).toBe(0);
    });

    it('accepts any password, and shows metrics to the infra hosts only', async () => {
      await makeClient(join(workshop.directory, 'meta.pki'), workshop.directory, SCRAPER);
      const script = `import base64, ssl, sys, urllib.request as u
def status(password, path="/pg-meta-1/", *certificate):
    token = base64.b64encode(("admin:" + password).encode()).decode()
    tls = ssl.create_default_context(cafile="${CURRENT}/etc/pgsql/ca.crt")
    if certificate: tls.load_cert_chain(*certificate)
    request = u.Request("https://10.10.10.10:9101" + path, headers={"Authorization": "Basic " + token})
    try: return u.urlopen(request, context=tls).status
    except u.HTTPError as refusal: return refusal.code
other = "${CURRENT}/etc/pgsql/server.crt", "${CURRENT}/etc/pgsql/server.key"
infra = "/tmp/${SCRAPER}.crt", "/tmp/${SCRAPER}.key"
print(status(sys.argv[1]), status("pigsty"), *(status(sys.argv[1], "/metrics", *one) for one in ((), other, infra)))`;
      const result = await bundle.run(
        `install -d -o 380 "$node/run/haproxy"
        within haproxy 380 haproxy -W -f ${CURRENT}/etc/haproxy -p /run/haproxy/pid >"$node/haproxy.log" 2>&1 &
        proxy=$!
        until [ -S "$node/run/haproxy/haproxy.sock" ]; do
          kill -0 $proxy 2>/dev/null || { cat "$node/haproxy.log"; exit 3; }
          sleep 0.1
        done
        cp ${workshop.directory}/${SCRAPER}.* "$tree/postgres-17/tmp" && chmod 644 "$tree/postgres-17/tmp/"*
        within postgres-17 543 python3 -c ${quoteShell(script)} ${quoteShell(PASSWORD)}`,
      );
      expect(result.stdout, result.stderr).toBe('200 401 403 403 200\n');
    });

    it('refuses a balance that it does not know', async () => {
      const broken = edit('etc/haproxy/service-pg-meta-primary.cfg', 'roundrobin', 'roundrobbin');
      const result = await bundle.run(check, broken);
      expect(result.code).toBe(1);
      expect(said(result)).toContain('pg-meta-primary.cfg:9] : balance only supports');
    });
  });

  describe('words of haproxy that inventories may use', () => {
    const prepare = 'install -d -o 380 "$node/run/haproxy"; cd "$node/run/haproxy"';

    it('are known to it; it refuses others', async () => {
      const lines = [
        ...HAPROXY.lines,
        ...[...HAPROXY.options].map((word) => `option ${word}`),
        ...[...HAPROXY.algorithms].map((word) => `balance ${word}`),
      ];
      const others = ['nonsense', 'option nonsense', 'balance nonsense'];
      const result = await bundle.run(`${prepare}
        while read -r line; do
          printf 'listen a\\n  %s\\n' "$line" >line.cfg
          within haproxy 380 haproxy -c -f /run/haproxy/line.cfg 2>&1 |
            grep -qE 'unknown (keyword|option)|balance only supports' || continue
          echo "$line"
        done <<'END'\n${[...lines, ...others].join('\n')}\nEND\n`);
      expect(result.stdout.trim().split('\n'), result.stderr).toEqual(others);
    });

    it('are, for servers, all that its own list has', async () => {
      const { stdout } = await bundle.run(`${prepare}
        echo global >empty.cfg
        within haproxy 380 haproxy -c -dKcfg -f /run/haproxy/empty.cfg || :`);
      const listed = [...stdout.matchAll(/^\tserver <name> <addr> (\S+)(?: (\S+))?$/gm)];
      const names = (hasValue: boolean) =>
        listed.filter(([, , value]) => (value !== undefined) === hasValue).map(([, name]) => name);
      // The two words after `source` belong to it.
      expect([...names(true), 'interface', 'usesrc'].sort()).toEqual([...HAPROXY.serverValues].sort());
      expect(names(false).sort()).toEqual([...HAPROXY.serverFlags, 'set-proxy-v2-tlv-fmt', 'usesrc'].sort());
    });
  });

  const startStore = `within etcd 379 sh ${CURRENT}/etc/etcd/start.sh >"$node/etcd.log" 2>&1 &
    store=$!
    ctl() { within etcd 379 etcdctl --command-timeout=2s --endpoints=https://10.10.10.10:2379 --cacert=${CURRENT}/etc/etcd/ca.crt "$@"; }
    member() { ctl --cert=${CURRENT}/etc/etcd/server.crt --key=${CURRENT}/etc/etcd/server.key "$@"; }`;
  const store = `${startStore}
    until member endpoint health >/dev/null 2>&1; do
      kill -0 $store 2>/dev/null || { cat "$node/etcd.log"; exit 3; }
      sleep 0.1
    done`;

  describe('etcd', () => {
    it('becomes healthy, keeps what is written, and lets in only holders of a certificate', async () => {
      await makeClient(join(workshop.directory, 'meta.pki'), workshop.directory, SCRAPER);
      const result = await bundle.run(`${store}
        member put greeting hello
        for client in ${SCRAPER} ''; do
          curl -sS --cacert etc/etcd/ca.crt \${client:+--cert "${workshop.directory}/$client.crt" --key "${workshop.directory}/$client.key"} \
            https://10.10.10.10:2379/metrics 2>&1 | grep -c '^etcd_server_has_leader 1' || :
        done
        member get greeting --print-value-only
        ls "$node/data/etcd"
        if ctl get greeting; then exit 4; fi
        grep -o 'rejected connection.*provide a certificate' "$node/etcd.log" | tail -n 1`);
      expect(result.stdout).toMatch(
        /^OK\n1\n0\nhello\nmember\nrejected connection.*provide a certificate\n$/,
      );
      expect(result.code).toBe(0);
    });

    it('refuses a key of another member', async () => {
      const broken = edit('etc/etcd/etcd.conf', 'server.key', 'ca.crt');
      const result = await bundle.run(store, broken);
      expect(result.code).toBe(3);
      expect(said(result)).toMatch(/private key/);
    });

    it('reads the list of revoked certificates, whose setting is not documented', async () => {
      const refused = 'rejected connection.*no-such.crl: no such file';
      const script = `${startStore}
        until grep -qs '${refused}' "$node/etcd.log"; do
          if member endpoint health 2>/dev/null; then exit 4; fi
        done`;
      const result = await bundle.run(script, edit('etc/etcd/etcd.conf', /revoked\.crl/g, 'no-such.crl'));
      expect(result.code, said(result)).toBe(0);
    });

    /** It passes over settings that it does not know: those have to be among its flags. */
    function unknownSettings(text: string, help: string): string[] {
      const names = Object.keys(parse(text)).filter((name) => !/-transport-security$|TLSInfo$/.test(name));
      return names.filter((name) => !help.includes(`  --${name} `));
    }

    it('accepts every setting and rejects a misspelt one', async () => {
      const { stdout, stderr } = await bundle.run('within etcd 379 etcd --help');
      const text = bundle.read('etc/etcd/etcd.conf');
      expect(unknownSettings(text, stdout + stderr)).toEqual([]);
      expect(unknownSettings(text.replace('auto-', 'atuo-'), stdout + stderr)).toEqual([
        'atuo-compaction-mode',
      ]);
    });
  });

  describe('patroni', () => {
    const check = `${store}\nwithin postgres-17 543 patroni --validate-config ${CURRENT}/etc/patroni`;

    it('accepts its directory of files', async () => {
      const result = await bundle.run(check);
      expect(said(result)).toBe('');
      expect(result.code).toBe(0);
    });

    it.each([
      ['etc/patroni/10-patroni.yml', /loop_wait: .*/, 'loop_wait: soon', 'bootstrap.dcs.loop_wait'],
      [
        'etc/patroni/20-tuning.yml',
        /worker_processes: .*/,
        'worker_processes: many',
        'max_worker_processes many',
      ],
    ])('refuses a broken %s', async (path, from, to, complaint) => {
      const result = await bundle.run(check, edit(path, from, to));
      expect(said(result)).toContain(complaint);
      expect(result.code).toBe(1);
    });
  });

  describe('postgres', () => {
    /** postgresql.conf with the parameters of all of Patroni's files; a server says -C when all of them are right. */
    function check(): string {
      const files = ['10-patroni.yml', '20-tuning.yml'].map((name) =>
        parse(bundle.read(`etc/patroni/${name}`)),
      );
      const parameters = files.flatMap((file) => [
        ...Object.entries(file.bootstrap.dcs.postgresql.parameters),
        ...Object.entries(file.postgresql.parameters),
      ]);
      expect(parameters.length).toBeGreaterThan(60);
      const lines = parameters.map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`);
      return `within postgres-17 543 mkdir -m 0700 /tmp/data
        within postgres-17 543 tee /tmp/data/postgresql.conf >"$node/copy" <<'END'\n${lines.join('')}END
        within postgres-17 543 postgres -D /tmp/data -C max_connections`;
    }

    it('knows every parameter and takes every value', async () => {
      const result = await bundle.run(check());
      expect(result.stdout, result.stderr).toBe('200\n');
    });

    it.each([
      ['wal_level = ', 'wal_levle = ', 'unrecognized configuration parameter "wal_levle"'],
      ["wal_level = 'logical'", "wal_level = 'most'", 'invalid value for parameter "wal_level"'],
    ])('refuses %s as %s', async (from, to, complaint) => {
      const result = await bundle.run(check().replace(from, to));
      expect(result.stderr).toContain(complaint);
      expect(result.code).not.toBe(0);
    });
  });

  describe('pgbouncer', () => {
    const questions = ['databases', 'users', 'config'].map((name) => `-c 'show ${name}'`).join(' ');
    const ask = `pool() { within pgbouncer 543 pgbouncer ${CURRENT}/etc/pgbouncer/pgbouncer.ini >"$node/pool.log" 2>&1; }
      ln -sfn ${CURRENT}/etc/pgsql/role/replica "$node/run/postgresql/role"
      pool & pid=$!
      until [ -S "$node/run/postgresql/.s.PGSQL.6432" ]; do
        kill -0 $pid 2>/dev/null || { cat "$node/pool.log"; exit 3; }
        sleep 0.1
      done
      within postgres-17 543 psql -h /run/postgresql -p 6432 -d pgbouncer -XAtw ${questions} || true
      grep -E 'WARNING|ERROR|FATAL' "$node/pool.log" >&2 || true`;

    it('starts with its files and knows their databases and users', async () => {
      const result = await bundle.run(ask);
      expect(result.stderr).toBe('');
      expect(result.code).toBe(0);
      for (const line of [
        'meta|/var/run/postgresql|5432|meta||',
        'vault|/var/run/postgresql|5432|vault||',
        'dbuser_dba|||session|16|',
        'dbuser_odd||||',
        'auth_type|hba|',
        'default_pool_size|32|',
      ])
        expect(`\n${result.stdout}`).toContain(`\n${line}`);
      expect(result.stdout).not.toContain('dbuser_limited');
    });

    it.each([
      ['etc/pgbouncer/pgbouncer.ini', 'reserve_pool_size', 'reserve_pol_size', 'reserve_pol_size'],
      ['etc/pgbouncer/database.txt', 'port=5432', 'prot=5432', 'prot'],
      ['etc/pgsql/role/replica/pgb_hba.conf', 'peer', 'pier', 'pier'],
    ])('complains of a broken %s', async (path, from, to, complaint) => {
      const result = await bundle.run(ask, edit(path, from, to));
      expect(said(result)).toContain(complaint);
    });
  });

  describe('pgbackrest', () => {
    const info = 'within postgres-17 543 pgbackrest --stanza=pg-meta info';

    it('takes every option, for the stanza of the cluster', async () => {
      const result = await bundle.run(info);
      expect(said(result)).toMatch(/^stanza: pg-meta\n {4}status: error \(missing stanza path\)\n$/);
    });

    it.each([
      ['start-fast', 'start-fsat', "invalid option 'start-fsat'"],
      ['repo1-retention-full =', 'repo1-retention-ful =', "invalid option 'repo1-retention-ful'"],
    ])('complains of %s as %s', async (from, to, complaint) => {
      const result = await bundle.run(info, edit('etc/pgbackrest/pgbackrest.conf', from, to));
      expect(said(result)).toContain(complaint);
    });
  });
});
