import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, removeTree } from '../support/process.ts';
import { root, Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { type Edit, UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * The programs of the monitoring centre judge what was generated for them: each accepts its files and refuses one broken
 * input.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');
const CURRENT = '/etc/pigsty/current';

describe.skipIf(skipped)(`files of a monitoring centre${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop(join(root, 'test/oracle/centre/two-hosts.yml'));
    const exported = await workshop.bundle('10.10.10.10');
    bundle = await UnpackedBundle.unpack(exported, mkdtempSync(join(workshop.directory, 'unpacked-')));
  });

  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  function said({ stdout, stderr }: RunResult): string {
    return `${stdout}${stderr}`;
  }

  function edit(path: string, from: string | RegExp, to: string): Edit {
    return { path, change: (text) => text.replace(from, to) };
  }

  const nginx = `install -d -o 377 "$node/run/nginx"
    echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
    within nginx 377 sh -c 'mkfifo /run/nginx/access; cat <>/run/nginx/access & nginx -t -q -e stderr -c ${CURRENT}/etc/nginx/nginx.conf'`;

  /** The check of each program, a change that it must refuse, and what it says of it. */
  const checks: readonly (readonly [string, string, Edit, string | RegExp])[] = [
    [
      'nginx',
      nginx,
      edit('etc/nginx/sites/home.conf', 'auth_basic_user_file', 'auth_basic_users_file'),
      'unknown directive "auth_basic_users_file"',
    ],
    [
      'nginx: the key of a certificate',
      nginx,
      edit('etc/nginx/sites/home.conf', 'portal.key', 'client.key'),
      'key values mismatch',
    ],
    [
      'prometheus.yml',
      `within prometheus 376 promtool check config ${CURRENT}/etc/prometheus/prometheus.yml >/dev/null`,
      edit('etc/prometheus/prometheus.yml', 'scrape_timeout: 1s', 'scrape_timeout: 10s'),
      'global scrape timeout greater than scrape interval',
    ],
    [
      'targets of Prometheus',
      `within prometheus 376 promtool check config ${CURRENT}/etc/prometheus/prometheus.yml >/dev/null`,
      edit('etc/prometheus/targets/infra/infra-2.yml', 'labels:', 'labls:'),
      'field labls not found',
    ],
    [
      'listeners',
      `within prometheus 376 promtool check web-config ${CURRENT}/etc/prometheus/web.yml 2>&1 | grep -v SUCCESS || :
       within prometheus 377 promtool check web-config ${CURRENT}/etc/nginx/web.yml 2>&1 | grep -v SUCCESS || :`,
      edit('etc/prometheus/web.yml', 'client_allowed_sans', 'client_allowed_names'),
      'field client_allowed_names not found',
    ],
    [
      'alertmanager.yml',
      `said=$(within alertmanager 376 amtool check-config ${CURRENT}/etc/alertmanager/alertmanager.yml) || echo "$said"`,
      edit('etc/alertmanager/alertmanager.yml', 'webhook_configs', 'webhok_configs'),
      'field webhok_configs not found',
    ],
    [
      'dnsmasq.conf',
      `within dnsmasq 375 dnsmasq --test -C ${CURRENT}/etc/dnsmasq/dnsmasq.conf 2>&1 | grep -v 'syntax check OK' || :`,
      edit('etc/dnsmasq/dnsmasq.conf', 'bind-interfaces', 'bind-interface'),
      'bad option',
    ],
    [
      'blackbox.yml',
      `within blackbox 376 prometheus-blackbox-exporter --config.check --log.level=error --config.file=${CURRENT}/etc/blackbox/blackbox.yml`,
      edit('etc/blackbox/blackbox.yml', 'ttl: 5', 'tll: 5'),
      'field tll not found',
    ],
  ];

  it.each(checks)('%s: accepted without a word', async (_, check) => {
    const result = await bundle.run(check);
    expect(said(result)).toBe('');
    expect(result.code).toBe(0);
  });

  it.each(checks)('%s: refused when broken', async (_, check, broken, complaint) => {
    expect(said(await bundle.run(check, broken))).toMatch(complaint);
  });

  it('have secrets in the places of Alertmanager that take them', () => {
    const text = bundle.read('etc/alertmanager/alertmanager.yml');
    expect(text).toContain('url: http://10.10.10.1:9999/hook');
    expect(text).toContain('smtp_auth_password: "a: \'b\'"');
  });

  it('have passwords of the portal as hashes only', () => {
    expect(bundle.read('etc/nginx/users')).toMatch(/^admin:\$6\$\S+\nreader:\$6\$\S+\n$/);
  });
});
