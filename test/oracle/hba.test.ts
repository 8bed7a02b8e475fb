import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { LIVE_ROLES } from '../../generator/modules/pgsql/access/hba/context.ts';
import { roleLines } from '../../generator/modules/pgsql/access/hba/print.ts';
import { type HbaQuestion, hbaVerdict } from '../../generator/modules/pgsql/access/hba/verdict.ts';
import { pgsqlMembers } from '../../generator/modules/pgsql/members.ts';
import type { HbaRule } from '../../generator/modules/pgsql/params/schemas.ts';
import { quoteShell } from '../../generator/text/quote.ts';
import { removeTree } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { seededRandom } from '../support/random.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * What `explain hba` says of a connection, against what a real PostgreSQL and a real pgbouncer do with it: rules and
 * questions from a seed, each question asked from its address.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');
const SEED = 7;
const SETS = Number(process.env.PIGSTY_TEST_HBA_SETS ?? 6);
const QUESTIONS = 24;
const CURRENT = '/etc/pigsty/current';

const random = seededRandom(SEED);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const USERS = ['app', 'report', 'batch', 'odd user', 'dbuser_dba', 'replicator', 'nobody_known'];
const GROUPS = ['+dbrole_readonly', '+dbrole_readwrite', '+dbrole_admin', '+dbrole_offline', '+team'];
const DATABASES = ['app', 'report', 'odd db', 'postgres', 'replication'];
const ADDRESSES = [
  '10.10.10.10',
  '10.10.10.77',
  '10.200.0.1',
  '172.16.9.9',
  '192.168.1.1',
  '203.0.113.5',
  '127.0.0.1',
];

function makeRule(): HbaRule {
  const raw = [
    'host all all 10.10.10.0 255.255.255.0 scram-sha-256',
    'hostssl app,report app,"odd user" 203.0.113.0/24 md5',
    'hostnossl all all 192.168.0.0/16 reject',
    'local sameuser all scram-sha-256',
    'host "all" all 0.0.0.0/0 trust',
    'host all "all" 0.0.0.0/0 trust',
    'hostssl all +"dbrole_admin" 0.0.0.0/0 cert',
    '# nothing',
  ];
  if (random() < 0.2) return { title: 'as they are', rules: [pick(raw), pick(raw)] };
  return {
    title: 'a rule',
    user: pick([...USERS, ...GROUPS, 'all', 'app,report', '${admin}', '${repl}']),
    db: pick([...DATABASES, 'all', 'sameuser', 'app,odd db']),
    addr: pick([
      ...['local', 'localhost', 'admin', 'cluster', 'intra', 'world'],
      ...['10.10.10.77', '203.0.113.0/24', '192.168.1.0/30'],
    ]),
    auth: pick(['pwd', 'pwd', 'ssl', 'deny', 'trust', 'sha', 'md5', 'cert']),
    role: pick(['common', 'common', 'primary', 'replica', 'offline']),
  } as HbaRule;
}

function makeQuestion(): HbaQuestion {
  const from = pick([...ADDRESSES, 'local']);
  return { user: pick(USERS), database: pick(DATABASES), from, isTls: from !== 'local' && random() < 0.6 };
}

/** What is asked first: the two ways to hash a password cannot be told apart at that moment. */
function kindOf(method: string): string {
  return ['md5', 'scram-sha-256', 'password'].includes(method) ? 'password' : method;
}

function kindOfAnswer(answer: string): string {
  if (/no pg_hba.conf entry|pg_hba.conf rejects|login rejected|no authentication method/.test(answer))
    return 'reject';
  if (/requires a valid client certificate|certificate/i.test(answer)) return 'cert';
  // The server knows no such user or database, after it has let the question pass.
  if (/(role|database) .* does not exist|permission denied to start WAL sender/.test(answer)) return 'trust';
  return ['md5', 'sasl', 'password'].includes(answer) ? 'password' : answer;
}

const sets = Array.from({ length: SETS }, () => ({
  rules: Array.from({ length: 8 }, makeRule),
  role: pick(LIVE_ROLES),
  questions: Array.from({ length: QUESTIONS }, makeQuestion),
}));

/** Blueprint meta with users that are in each other, and with these rules alone. */
function inventory(rules: readonly HbaRule[]): string {
  const users = [
    { name: 'team' },
    { name: 'app', roles: ['dbrole_readwrite', 'team'] },
    { name: 'report', roles: ['dbrole_offline'] },
    { name: 'batch', roles: ['app'] },
    { name: 'odd user', roles: ['dbrole_admin'] },
  ];
  return JSON.stringify({
    all: {
      children: {
        etcd: { hosts: { '10.10.10.10': { etcd_seq: 1 } } },
        'pg-meta': {
          hosts: { '10.10.10.10': { pg_seq: 1, pg_role: 'primary' } },
          vars: {
            ...{
              pg_cluster: 'pg-meta',
              pg_users: users,
              pg_default_hba_rules: [],
              pgb_default_hba_rules: [],
            },
            ...{ pg_hba_rules: rules, pgb_hba_rules: rules },
          },
        },
      },
      vars: { admin_ip: '10.10.10.10' },
    },
  });
}

describe.skipIf(skipped)(`explain hba (seed ${SEED})${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    bundle = await UnpackedBundle.ofMeta(workshop);
  });
  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  function memberOf(rules: readonly HbaRule[]) {
    const site = readSite(inventory(rules), 'generated.yml', 'generated');
    if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
    const members = pgsqlMembers(site.value);
    const [member] = members;
    if (!member) throw new Error('no member');
    return { member, members };
  }

  const script = `
    for ip in ${ADDRESSES.join(' ')}; do ip address add $ip/32 dev lo 2>/dev/null || :; done
    server() { within postgres-17 543 "$@"; }
    printf 'local all judge trust\\n' >"$node/run/postgresql/hba.conf"
    start_postgres() { ask -c 'select pg_reload_conf()' >"$node/copy"; sleep 0.5; }
    start_pgbouncer() {
      if [ -e "$node/run/postgresql/pool.pid" ]; then
        kill -HUP "$(cat "$node/run/postgresql/pool.pid")"; sleep 0.5
        return
      fi
      # It says that all is well when the server behind it has.
      printf 'local all all trust\\nlocal replication all trust\\n' >"$node/run/postgresql/hba.conf"
      start_postgres
      within pgbouncer 543 pgbouncer /tmp/pool.ini >"$node/pool.log" 2>&1 &
      for try in $(seq 100); do [ ! -S "$node/run/postgresql/.s.PGSQL.6432" ] || break; sleep 0.1; done
    }
    server initdb -D /tmp/data -U judge --auth=trust >/dev/null
    server postgres -D /tmp/data -c listen_addresses=10.10.10.10 -c unix_socket_directories=/run/postgresql -c ssl=on \\
      -c ssl_cert_file=${CURRENT}/etc/pgsql/server.crt -c ssl_key_file=${CURRENT}/etc/pgsql/server.key \\
      -c ssl_ca_file=${CURRENT}/etc/pgsql/ca.crt -c hba_file=/run/postgresql/hba.conf >"$node/postgres.log" 2>&1 &
    ask() { server psql -h /run/postgresql -U judge -d postgres -XAtq "$@"; }
    for try in $(seq 100); do ask -c 'select 1' >"$node/copy" 2>&1 && break; sleep 0.1; done
    ask -f - <<'SQL'
create role dbrole_readonly; create role dbrole_readwrite in role dbrole_readonly;
create role dbrole_offline; create role dbrole_admin in role dbrole_readwrite;
create role team; create role app login in role dbrole_readwrite, team;
create role report login in role dbrole_offline; create role batch login in role app;
create role "odd user" login in role dbrole_admin;
create role dbuser_dba login superuser in role dbrole_admin; create role replicator login replication in role dbrole_readonly;
create database app; create database report; create database "odd db";
SQL
    printf '"%s" "secret"\\n' app report batch 'odd user' dbuser_dba replicator | within pgbouncer 543 tee /tmp/users >"$node/copy"
    within pgbouncer 543 tee /tmp/pool.ini >"$node/copy" <<'INI'
[databases]
* = host=/run/postgresql
[pgbouncer]
pidfile = /run/postgresql/pool.pid
auth_type = hba
auth_hba_file = /run/postgresql/pool-hba.conf
auth_file = /tmp/users
listen_addr = 10.10.10.10
listen_port = 6432
unix_socket_dir = /run/postgresql
client_tls_sslmode = allow
client_tls_cert_file = ${CURRENT}/etc/pgsql/server.crt
client_tls_key_file = ${CURRENT}/etc/pgsql/server.key
client_tls_ca_file = ${CURRENT}/etc/pgsql/ca.crt
INI
    server tee /tmp/ask.py >"$node/copy" <<'PYTHON'
${readFileSync(join(root, 'test/oracle/hba/ask.py'), 'utf8')}PYTHON`;

  it(`PostgreSQL and pgbouncer agree, in ${SETS * QUESTIONS * 2} questions`, async () => {
    const judged = (['postgres', 'pgbouncer'] as const).flatMap((target) =>
      sets.map(({ rules, role, questions }) => {
        const context = { target, ...memberOf(rules), otherGroups: [], infraIps: [], key: target };
        return {
          target,
          lines: roleLines(context, role, []),
          questions,
          ours: questions.map((question) => hbaVerdict(question, role, context)),
        };
      }),
    );
    const rounds = judged.map(({ target, lines, questions }) => {
      const port = target === 'postgres' ? 5432 : 6432;
      const server = (from: string) =>
        from === 'local' ? `/run/postgresql/.s.PGSQL.${port}` : ['10.10.10.10', port];
      const asked = JSON.stringify(
        questions.map((question) => ({ ...question, server: server(question.from) })),
      );
      const judge = target === 'postgres' ? ['local all judge trust'] : [];
      const file = target === 'postgres' ? 'hba.conf' : 'pool-hba.conf';
      return `printf %s ${quoteShell([...judge, ...lines, ''].join('\n'))} >"$node/run/postgresql/${file}"
        start_${target}
        printf %s ${quoteShell(asked)} | server python3 /tmp/ask.py
        echo`;
    });
    const file = join(workshop.directory, 'script.sh');
    mkdirSync(workshop.directory, { recursive: true });
    writeFileSync(file, [script, ...rounds].join('\n'));
    const result = await bundle.run(`. ${quoteShell(file)}`);
    const answers = result.stdout
      .trim()
      .split('\n')
      .map((line): readonly string[] => JSON.parse(line));
    expect(result.stderr).toBe('');
    const differences = judged.flatMap(({ target, lines, questions, ours }, index) =>
      questions.flatMap((question, number) => {
        const verdict = ours[number];
        const answer = answers[index]?.[number] ?? 'no answer';
        if (verdict && kindOf(verdict.method) === kindOfAnswer(answer)) return [];
        return [{ target, question, lines, verdict, answer }];
      }),
    );
    expect(differences).toEqual([]);
    const kinds = new Set(judged.flatMap(({ ours }) => ours.map(({ method }) => kindOf(method))));
    expect([...kinds].sort()).toEqual(['cert', 'password', 'reject', 'trust']);
  });
});
