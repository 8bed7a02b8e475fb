import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { loadTemplates } from '../../generator/effects/package-root.ts';
import type { PlannedHost } from '../../generator/model/plan.ts';
import { renderTemplate } from '../../generator/text/template.ts';
import {
  attach,
  createSegment,
  inNamespace,
  type Link,
  removeNamespace,
  type Segment,
} from '../support/network.ts';
import { mustRun, type RunResult, run } from '../support/process.ts';
import { skipReason } from '../support/requirements.ts';

/*
 * The table of a host, loaded by nft into a network namespace, and connections to its ports from the network of the
 * rules, from hosts of the site and from foreign addresses.
 */
const skipped = skipReason('ip', 'nsenter', 'nft', 'python3');
const [SERVER, MEMBER, CLIENT, FOREIGN] = ['10.10.10.11', '10.10.10.12', '10.20.0.5', '203.0.113.5'];
const templates = await loadTemplates();

const rule = (user: string, db: string, addr: string, auth = 'pwd') => ({ user, db, addr, auth });
const VARIABLES = {
  node_firewall_mode: 'plan',
  pg_users: [{ name: 'app', password: 'app', pgbouncer: true }],
  pg_hba_rules: [rule('app', 'all', '10.20.0.0/16', 'ssl')],
  pg_default_hba_rules: [
    rule('${dbsu}', 'all', 'local', 'ident'),
    rule('${dbsu}', 'replication', 'local', 'ident'),
    ...['replication', 'postgres'].map((db) => rule('${repl}', db, '10.10.10.0/24')),
    ...['localhost', '10.10.10.0/24'].map((addr) => rule('${monitor}', 'all', addr)),
  ],
  pgb_default_hba_rules: [rule('all', 'all', 'world')],
};

function plans(variables: object): PlannedHost[] {
  const hosts = `${SERVER}: { pg_seq: 1, pg_role: primary }, ${MEMBER}: { pg_seq: 2, pg_role: replica }`;
  const compiled = compile(
    `all:
  children:
    etcd: { hosts: { ${SERVER}: { etcd_seq: 1 } } }
    pg-test: { hosts: { ${hosts} }, vars: ${JSON.stringify({ pg_cluster: 'pg-test', ...variables })} }
  vars: { admin_ip: ${SERVER} }
`,
    'site.yml',
    'site',
  );
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  return [...compiled.value.plan.hosts];
}

/** The text of a file of the server's plan, with the programs of this host; undefined if it has none. */
function textOf(path: string, variables: object): string | undefined {
  const source = plans(variables)[0]?.plan.files.find((file) => file.path === path)?.source;
  return source?.kind === 'template'
    ? renderTemplate(templates, source.template, { ...source.view, root: '/' })
    : undefined;
}

const LISTEN = `import selectors, socket, sys
wait = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        server = socket.socket(family)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6: server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.bind((address, port)); server.listen(); wait.register(server, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in wait.select(): key.fileobj.accept()[0].close()`;
const CONNECT = `import concurrent.futures, socket, sys
def is_open(port):
    try: socket.create_connection((sys.argv[1], port), 1).close(); return True
    except OSError: return False
ports = [*map(int, sys.argv[2:])]
with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
    print(*[port for port, found in zip(ports, pool.map(is_open, ports)) if found])`;

/** What sshd_config(5) allows, with the ports that are open. */
const SSH_FORMS: [string, ...number[]][] = [
  ['Port=2222', 22, 2222],
  ['Port = 2222\n', 22, 2222],
  ['Port "2222"\n', 22, 2222],
  ['  port\t2222\r\n', 22, 2222],
  ['Port 02222\n', 22, 2222],
  ['Port 22\nPort 65535\nPort 65536\nPort 0\n', 22, 65535],
  ['#Port 2222\nPort ssh\nPortal 2223\n', 22],
  ['ListenAddress=0.0.0.0:2222\n', 22, 2222],
  ['ListenAddress [::]:2222\nListenAddress [fd00::5432]\n', 22, 2222],
  ['ListenAddress fd00::5432\nListenAddress ::\nListenAddress 10.0.0.1\n', 22],
  ['Include /etc/ssh/none.conf more.conf\nInclude sshd_config\nPort 2222', 22, 2222, 2223],
];

const PLANNED = [2379, 2380, 5430, 5432, 5433, 5434, 5436, 5438, 6432, 8008, 9101];
const PORTS = [...PLANNED, 6430, 22, 2222, 2223, 80, 9999];

describe.skipIf(skipped)(`the ports of a host${skipped ? ` (${skipped})` : ''}`, () => {
  const names = ['fw0', 'fw1', 'fw2', 'fw3', 'fw4'].map((name) => `pigsty-${name}-${process.pid}`);
  const links = new Map<string, Link>();
  let segment: Segment;
  let directory: string;
  let server: AbortController;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pigsty-firewall-'));
    mkdirSync(join(directory, 'ssh', 'sshd_config.d'), { recursive: true });
    mkdirSync(join(directory, 'ssh.socket.d'));
    writeFileSync(join(directory, 'ssh', 'sshd_config'), '# Port 2223\nPort 2222\n');
    segment = await createSegment(names[0] ?? '');
    for (const [at, ip] of [SERVER, MEMBER, CLIENT, FOREIGN].entries()) {
      const link = await attach(segment, names[at + 1] ?? '', ip);
      links.set(ip, link);
      await inside(ip, ['ip', 'route', 'add', 'default', 'dev', 'eth0']);
    }
    server = new AbortController();
    await listen();
  });

  afterAll(async () => {
    server?.abort();
    for (const link of links.values()) await removeNamespace(link);
    if (segment) await mustRun('ip', ['netns', 'delete', segment.namespace]);
    rmSync(directory, { recursive: true, force: true });
  });

  function at(ip: string): Link {
    const link = links.get(ip);
    if (!link) throw new Error(`no namespace for ${ip}`);
    return link;
  }

  async function inside(ip: string, command: readonly string[]): Promise<string> {
    const [program = '', ...args] = inNamespace(at(ip), command);
    return mustRun(program, args);
  }

  async function listen(): Promise<void> {
    const [program = '', ...args] = inNamespace(at(SERVER), ['python3', '-c', LISTEN, ...PORTS.map(String)]);
    void run(program, args, { signal: server.signal }).catch(() => {});
    for (let left = 100; left > 0; left--) if ((await openFrom(MEMBER)).includes(22)) return;
    throw new Error('nothing listens');
  }

  /** The ports of the server that a host can connect to. */
  async function openFrom(ip: string, to = SERVER): Promise<number[]> {
    const printed = await inside(ip, ['python3', '-c', CONNECT, to, ...PORTS.map(String)]);
    return printed
      .split(/\s+/)
      .filter(Boolean)
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** What the unit of the host does. */
  async function load(variables: object, edit = (text: string) => text): Promise<RunResult> {
    const rules = join(directory, 'pigsty.conf');
    const script = join(directory, 'start.sh');
    writeFileSync(rules, edit(textOf('etc/nftables/pigsty.conf', variables) ?? ''));
    const start = textOf('etc/nftables/start.sh', variables) ?? '';
    writeFileSync(
      script,
      start
        .replaceAll('/etc/pigsty/current/etc/nftables/pigsty.conf', rules)
        .replaceAll('/run/host/etc/ssh', join(directory, 'ssh'))
        .replaceAll('/run/host/etc/systemd/system', directory),
    );
    const [program = '', ...args] = inNamespace(at(SERVER), ['sh', script]);
    return run(program, args);
  }

  async function mustLoad(variables: object): Promise<void> {
    const { code, stderr } = await load(variables);
    expect(code, stderr).toBe(0);
  }

  const sorted = (...ports: number[]) => [...ports].sort((a, b) => a - b);

  it('are all open without a table', async () => {
    expect(await openFrom(FOREIGN)).toEqual(sorted(...PORTS));
  });

  it('of the plan are open to the sources of the plan, ssh to all, and no others', async () => {
    await inside(SERVER, [
      'nft',
      'add table inet other { chain c { type filter hook input priority 5; } ; }',
    ]);
    await mustLoad(VARIABLES);
    expect(await openFrom(MEMBER)).toEqual(sorted(22, 2222, ...PLANNED));
    expect(await openFrom(CLIENT)).toEqual(sorted(22, 2222, 5432, 5433, 5434, 5436, 5438, 6432));
    const foreign = await openFrom(FOREIGN);
    expect(foreign).toEqual(sorted(22, 2222, 5433, 5434, 6432));
  });

  it.each(SSH_FORMS)('of sshd are found in %j', async (text, ...expected) => {
    const configuration = join(directory, 'ssh', 'sshd_config');
    const before = readFileSync(configuration, 'utf8');
    writeFileSync(configuration, text);
    writeFileSync(join(directory, 'ssh', 'more.conf'), 'Port 2223');
    try {
      await mustLoad(VARIABLES);
    } finally {
      writeFileSync(configuration, before);
    }
    const table = await inside(SERVER, ['nft', 'list', 'table', 'inet', 'pigsty']);
    const [, ports = ''] = /tcp dport (?:\{ )?([\d, ]+?)(?: \})? accept/.exec(table) ?? [];
    expect(ports.split(', ').map(Number)).toEqual(expected);
  });

  it('of a socket of systemd are those of sshd', async () => {
    writeFileSync(
      join(directory, 'ssh.socket.d', 'port.conf'),
      '[Socket]\nListenStream=\nListenStream=[::]:2223\n',
    );
    await mustLoad(VARIABLES);
    expect(await openFrom(FOREIGN)).toContain(2223);
    rmSync(join(directory, 'ssh.socket.d', 'port.conf'));
  });

  it('stay as they were when a table cannot be loaded', async () => {
    const before = await openFrom(FOREIGN);
    const { code, stderr } = await load(VARIABLES, (text) => text.replace('policy drop', 'policy dorp'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('dorp');
    expect(await openFrom(FOREIGN)).toEqual(before);
  });

  it('are open to the intranet, and public ports to all, with zone', async () => {
    await mustLoad({ ...VARIABLES, node_firewall_mode: 'zone', node_firewall_public_port: [80] });
    expect(await openFrom(CLIENT)).toEqual(sorted(...PORTS));
    expect(await openFrom(FOREIGN)).toContain(80);
    expect(await openFrom(FOREIGN)).not.toContain(9999);
    await mustLoad({ ...VARIABLES, node_firewall_mode: 'zone', node_firewall_intranet: ['192.168.0.0/16'] });
    expect(await openFrom(CLIENT)).not.toContain(9999);
  });

  it('have a check that misses the table', async () => {
    const check = join(directory, 'check.sh');
    const text = textOf('checks/firewall', VARIABLES) ?? '';
    // There is no unit to reload.
    writeFileSync(check, text.replace(/^systemctl .*/m, ''));
    const [program = '', ...args] = inNamespace(at(SERVER), ['sh', check]);
    expect(await run(program, args)).toMatchObject({ code: 0, stdout: '' });
    await inside(SERVER, ['nft', 'delete', 'table', 'inet', 'pigsty']);
    const { code, stdout } = await run(program, args);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: 'the table inet pigsty was not there: loading it\n',
    });
    await mustLoad(VARIABLES);
  });

  it('are open again when the unit stops, and tables of others stay', async () => {
    const unit = templates.get('node/pigsty-firewall.service.ejs') ?? '';
    const stop = /^ExecStop=(.*)$/m.exec(unit)?.[1] ?? '';
    await inside(SERVER, stop.split(' '));
    expect(await inside(SERVER, ['nft', 'list', 'tables'])).toBe('table inet other\n');
    expect(await openFrom(FOREIGN)).toEqual(sorted(...PORTS));
  });
});

describe('a host', () => {
  const units = (variables: object) => plans(variables)[0]?.plan.units.map(({ name }) => name) ?? [];

  it.each([
    ['off', { node_firewall_mode: false, node_disable_firewall: false }, [true, false]],
    ['none', { node_firewall_mode: 'none' }, [false, false]],
    ['plan', { node_firewall_mode: 'plan' }, [true, true]],
    ['unset', {}, [true, false]],
    ['unset, with its own', { node_disable_firewall: false }, [false, false]],
  ])('with mode %s', (_, variables, expected) => {
    const found = ['pigsty-no-firewall.service', 'pigsty-firewall.service'].map((unit) =>
      units(variables).includes(unit),
    );
    expect(found).toEqual(expected);
  });

  it('opens every port that its plan listens on', () => {
    const rules = textOf('etc/nftables/pigsty.conf', VARIABLES) ?? '';
    const opened = new Set(
      [...rules.matchAll(/dport \{ ([\d, ]+) \}/g)].flatMap(([, ports = '']) => ports.split(', ')),
    );
    const planned = plans(VARIABLES)[0]?.plan.ports ?? [];
    // start.sh adds ssh; without infra hosts, exporters have no clients.
    const ports = planned.filter(({ unit }) => !/^ssh[.]|_exporter[.]/.test(unit));
    expect(ports.length).toBeGreaterThan(8);
    expect(ports.filter(({ port }) => !opened.has(String(port)))).toEqual([]);
  });
});
