import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quoteShell } from '../../generator/text/quote.ts';
import { removeTree, run } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { type Edit, LINK, UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * Two infra hosts at work: their programs run beside each other in one network, with the commands of their units, and
 * test/oracle/centre/client.mjs uses them as people do.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');
const IS_LONG = process.env.PIGSTY_TEST_LONG !== undefined;
const HOSTS = ['10.10.10.10', '10.10.10.11'] as const;
/** Unit, image and account of each program. */
const PROGRAMS = [
  ['prometheus', 'prometheus', 376],
  ['alertmanager', 'alertmanager', 376],
  ['pushgateway', 'pushgateway', 376],
  ['blackbox_exporter', 'blackbox', 376],
  ['nginx', 'nginx', 377],
  ['nginx_exporter', 'nginx-exporter', 377],
  ['dnsmasq', 'dnsmasq', 375],
] as const;
/** An Alertmanager waits as long for one that is before it in the cluster (`--cluster.peer-timeout`). */
const PEER_TIMEOUT_SECONDS = 15;

const ALERT = `groups:
  - name: test
    rules:
      - { alert: TestAlert, expr: vector(1), labels: { level: "0", severity: CRIT, category: test } }
`;

type Seen = Readonly<Record<string, unknown>>;

describe.skipIf(skipped)(`a monitoring centre of two hosts${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let seen: Seen;
  let apart: Seen;

  beforeAll(async () => {
    workshop = new Workshop(join(root, 'test/oracle/centre/two-hosts.yml'));
    await workshop.build();
    seen = await useCentre('together');
    if (!IS_LONG) return;
    const alone = (text: string) =>
      text.replace(/ +--cluster.*\n/g, '').replace('--log', '--cluster.listen-address= --log');
    apart = await useCentre('apart', { path: 'units/alertmanager.service', change: alone });
  }, 900_000);

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  /** What the client saw of both hosts. `edit` is made on both. */
  async function useCentre(name: string, ...edits: readonly Edit[]): Promise<Seen> {
    const bundles = await Promise.all(
      HOSTS.map(async (host) => {
        const place = mkdtempSync(join(workshop.directory, `${name}-`));
        return UnpackedBundle.unpack(await workshop.unpack(host), place);
      }),
    );
    const hosts = await Promise.all(
      bundles.map(async (bundle, index) => {
        mkdirSync(join(bundle.generation, 'etc/prometheus/rules'), { recursive: true });
        writeFileSync(join(bundle.generation, 'etc/prometheus/rules/test.yml'), ALERT);
        for (const { path, change } of edits)
          writeFileSync(join(bundle.generation, path), change(bundle.read(path)));
        const logs = join(workshop.directory, `logs-${name}-${index}`);
        mkdirSync(logs);
        return bundle.hosted(startAll(bundle, logs));
      }),
    );
    const [first] = bundles;
    const files = ['etc/nginx/ca.crt', 'etc/prometheus/server'].map((path) =>
      join(first?.generation ?? '', path),
    );
    const what = edits.length > 0 ? 'alert' : 'everything';
    const client = [
      join(root, 'test/oracle/centre/client.mjs'),
      what,
      ...files,
      String(PEER_TIMEOUT_SECONDS + 5),
    ];
    const script = `set -eu
      ${LINK}
      ip link set lo up
      ip link add lab type bridge
      ip address add 10.10.10.1/24 dev lab
      ip link set lab up
      ${hosts.map((host, index) => `(${host}) & link host${index} $!`).join('\n')}
      ${[process.execPath, ...client].map(quoteShell).join(' ')}`;
    const namespaces = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const result = await run('unshare', [...namespaces, 'sh', '-c', script], { timeoutSeconds: 400 });
    if (result.code !== 0) throw new Error(`${result.stdout}${result.stderr}${logsOf(name)}`);
    return JSON.parse(result.stdout);
  }

  function logsOf(name: string): string {
    return PROGRAMS.map(
      ([unit]) => `${unit}: ${readFileSync(join(workshop.directory, `logs-${name}-0`, unit), 'utf8')}`,
    ).join('\n');
  }

  /** The commands of the units, as systemd would start them. */
  function startAll(bundle: UnpackedBundle, logs: string): string {
    const starts = PROGRAMS.map(([unit, image, uid]) => {
      const [, command = ''] =
        /^ExecStart=((?:.*\\\n)*.*)$/m.exec(bundle.read(`units/${unit}.service`)) ?? [];
      return `within ${image} ${uid} ${command} >${quoteShell(join(logs, unit))} 2>&1 &`;
    });
    return `echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
      echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range
      install -d -o 377 "$node/run/nginx"
      install -d -o 375 "$node/run/dnsmasq"
      install -d "$node/run/host/etc"
      : >"$node/run/host/etc/resolv.conf"
      ${starts.join('\n')}
      wait
      sleep infinity`;
  }

  it('leads from the plain port to the encrypted one, and gives away the CA', () => {
    expect(seen.plain).toEqual([301, 'https://h.pigsty/prometheus/graph?x=1']);
    expect(seen.authority).toBe(true);
  });

  it('asks for the passwords of the inventory', () => {
    expect([seen.nobody, seen.wrong, seen.reader, seen.byAddress]).toEqual([401, 401, 200, 401]);
    expect(seen.page).toBe('<h1>Portal of two-hosts</h1>');
    expect([seen.style, seen.absent]).toEqual([200, 404]);
    expect(seen.alert).toBe('<h1>NodeDown</h1>');
  });

  it('has its pages asked for each time, and kept where the address has their digest', () => {
    const asked = '200 no-cache nosniff';
    expect(seen.kept).toEqual([asked, asked, '200 max-age=31536000 nosniff', asked]);
  });

  it('serves every program by path and by name, and only with a password', () => {
    expect(seen.paths).toEqual([200, 401, 200, 401, 200, 401, 200, 401]);
    expect(seen.names).toEqual([200, 200, 200, 401]);
  });

  it("leads to others' services, without its own password", () => {
    expect(seen.others).toEqual([200, 200, 401]);
    expect(seen.passedOn).toBe(0);
  });

  it('lets nobody past the portal: no certificate, or that of another program', () => {
    expect(seen.direct).toEqual(Array(10).fill(0));
  });

  it('watches both hosts from both', () => {
    const programs = ['alertmanager', 'blackbox', 'nginx', 'prometheus', 'pushgateway'];
    const infra = programs.flatMap((name) => [1, 2].map((seq) => `infra ${name}-${seq}`));
    const more = ['portal', 'push'].flatMap((name) => [1, 2].map((seq) => `${name} ${name}-${seq}`));
    expect(seen.up).toEqual([...infra, ...more].sort());
    expect(seen.upThere).toBe(14);
    // People do not probe: this host reaches more than they do.
    expect([seen.portal, seen.nginx, seen.probe]).toEqual(['probed', '1', 403]);
  });

  it('keeps what jobs push, with their labels', () => {
    expect([seen.pushed, seen.honored]).toEqual([200, 'nightly']);
  });

  it('answers for the names of the portal, and has nobody to ask for others', () => {
    expect(seen.dns).toEqual(['10.10.10.10', '10.10.10.10 10.10.10.11', 'EREFUSED']);
  });

  it('takes a new target as it is, and new rules and names at a reload', () => {
    expect(seen.changed).toEqual([1, 0, 1, 'EREFUSED', '10.10.10.77']);
  });

  it('delivers an alert of both Prometheus once', () => {
    expect(seen.delivered).toBe(1);
    expect(seen.receiver).toBe('ops');
    expect(seen.labels).toEqual([{ alertname: 'TestAlert', category: 'test', level: '0', severity: 'CRIT' }]);
  });

  if (IS_LONG)
    it('would deliver it twice, were the Alertmanagers no cluster', () => {
      expect(apart.delivered).toBe(2);
    });

  it('has the requests in the journal', () => {
    const lines = readFileSync(join(workshop.directory, 'logs-together-0/nginx'), 'utf8');
    expect(lines).toMatch(/^h\.pigsty 10\.10\.10\.1 admin "GET \/ HTTP\/1\.1" 200 /m);
  });
});
