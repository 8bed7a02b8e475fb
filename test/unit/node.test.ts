import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { loadTemplates } from '../../generator/effects/package-root.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { renderTemplate } from '../../generator/text/template.ts';

const templates = await loadTemplates();

/** The plans of hosts 10.0.0.1 and on, each with its variables; `all` has those of everybody. */
function plans(all: string, ...hosts: readonly string[]): readonly HostPlan[] {
  const lines = hosts.map((variables, index) => `        10.0.0.${index + 1}: { ${variables} }`);
  const text = `all:\n  vars: { ${all} }\n  children:\n    plain:\n      hosts:\n${lines.join('\n')}\n`;
  const compiled = compile(text, 'pigsty.yml', 'pigsty');
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join());
  return [...compiled.value.plan.hosts].map(({ plan }) => plan);
}

function linesOf(host: HostPlan | undefined, path: string): readonly unknown[] | undefined {
  const source = host?.files.find((file) => file.path === path)?.source;
  return source?.kind === 'text' ? source.lines : undefined;
}

const names = (host: HostPlan | undefined) => host?.units.map(({ name }) => name) ?? [];

describe('names', () => {
  it('are all in /etc/hosts with nodename_exchange, and the host’s own name once', () => {
    const [one, two] = plans('', 'nodename: one, nodename_exchange: true', 'nodename: two');
    expect(linesOf(one, 'etc/hosts')?.slice(2)).toEqual(['10.0.0.1 one', '10.0.0.2 two']);
    expect(linesOf(two, 'etc/hosts')?.slice(2)).toEqual(['10.0.0.2 two']);
  });

  it('become the system’s host name unless nodename_overwrite is off', () => {
    const [one, two] = plans('', 'nodename: one', 'nodename: two, nodename_overwrite: false');
    expect([one?.setsHostName, two?.setsHostName]).toEqual([true, false]);
  });
});

describe('resolv.conf', () => {
  it('is not managed without DNS servers: none are declared, or hosts that are not DNS servers', () => {
    const hosts = plans('node_dns_method: overwrite', 'node_dns_servers: []', 'node_dns_servers: [10.0.0.1]');
    for (const host of [...hosts, ...plans('node_dns_servers: [192.0.2.53], node_dns_method: none', '')])
      expect(host.files.filter(({ path }) => /resolv|dhc/.test(path))).toEqual([]);
  });

  it('is overwritten with `overwrite`, and protected from DHCP unless node_static_network is off', () => {
    const all = 'node_dns_method: overwrite, node_dns_servers: [192.0.2.53, 10.0.0.2]';
    const [one, two] = plans(all, '', 'node_static_network: false');
    expect(linesOf(one, 'etc/resolv.conf')).toEqual([
      'options single-request-reopen timeout:1',
      'nameserver 192.0.2.53',
    ]);
    const hooks = (host: HostPlan | undefined) =>
      host?.files.filter(({ path }) => path.includes('dhc')).length;
    expect([hooks(one), hooks(two)]).toEqual([2, 0]);
  });

  describe('with `add`', () => {
    let root: string;
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'pigsty-resolver-'));
      for (const path of ['etc', 'run', 'var/lib/pigsty/original/etc'])
        mkdirSync(join(root, path), { recursive: true });
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    /** What the script prints with /etc and /var below `root`. */
    function print(options: string): string {
      const [host] = plans(`node_dns_servers: [192.0.2.53], node_dns_options: [${options}]`, '');
      const source = host?.files.find(({ path }) => path === 'etc/resolv.conf')?.source;
      if (source?.kind !== 'measured') throw new Error('resolv.conf is not measured');
      const script = renderTemplate(templates, source.template, source.view);
      const below = script.replace(/(?<=[=\s])\/(?=etc\/resolv|var\/|etc &&)/g, `${root}/`);
      return execFileSync('sh', ['-c', below], { encoding: 'utf8' });
    }

    const HAD = 'search lan\nnameserver 192.0.2.53\nnameserver 192.0.2.1\noptions edns0\n';

    it('adds the host’s servers, each once', () => {
      writeFileSync(join(root, 'etc/resolv.conf'), HAD);
      expect(print('options timeout:1')).toBe(
        'options timeout:1\nnameserver 192.0.2.53\nsearch lan\nnameserver 192.0.2.1\n',
      );
      expect(print('search example.com')).toBe(
        'search example.com\nnameserver 192.0.2.53\nnameserver 192.0.2.1\n',
      );
    });

    it('adds the servers of the original file, also if it was a link', () => {
      const original = join(root, 'var/lib/pigsty/original/etc/resolv.conf');
      symlinkSync('/etc/pigsty/current/etc/resolv.conf', join(root, 'etc/resolv.conf'));
      expect(print('')).toBe('nameserver 192.0.2.53\n');
      symlinkSync('../run/stub', original);
      writeFileSync(join(root, 'run/stub'), 'nameserver 127.0.0.53\n');
      expect(print('')).toBe('nameserver 192.0.2.53\nnameserver 127.0.0.53\n');
    });

    it('works without an existing file', () => {
      expect(print('')).toBe('nameserver 192.0.2.53\n');
    });
  });
});

describe('time', () => {
  const config = (host: HostPlan | undefined) => linesOf(host, 'etc/chrony/chrony.conf')?.join('\n');

  it('uses the public pool, and is not an NTP server', () => {
    const [one] = plans('', '');
    expect(config(one)).toMatch(/^pool pool\.ntp\.org iburst\n[\s\S]*\nport 0$/);
    expect(names(one)).toContain('chrony.service');
  });

  it('uses a host of the site, which answers only the hosts that name it', () => {
    const all = 'admin_ip: 10.0.0.1, node_ntp_servers: ["server ${admin_ip} iburst"]';
    const [one, two, three] = plans(all, '', '', 'node_ntp_servers: [pool pool.ntp.org]');
    expect(config(one)).toMatch(/^driftfile[\s\S]*\nlocal stratum 10\nallow 10\.0\.0\.2$/);
    expect(config(two)).toMatch(/^server 10\.0\.0\.1 iburst\n/);
    expect(config(three)).toMatch(/^pool pool\.ntp\.org\n/);
  });

  it('is not managed if node_ntp_enabled is off, or without a source', () => {
    const [one, two] = plans('node_ntp_servers: [server 10.0.0.1]', 'node_ntp_enabled: false', '');
    for (const host of [one, two]) {
      expect(names(host)).not.toContain('chrony.service');
      expect(host?.images.map(({ name }) => name)).not.toContain('chrony');
    }
  });
});

describe('flags', () => {
  it.each([
    ['node_disable_swap', 'pigsty-no-swap.service', false],
    ['node_disable_firewall', 'pigsty-no-firewall.service', true],
    ['node_disk_prefetch', 'pigsty-disk-prefetch.service', false],
  ])('%s has its unit when it is on', (flag, unit, fallback) => {
    const [none, on, off] = plans('', '', `${flag}: true`, `${flag}: false`);
    expect([none, on, off].map((host) => names(host).includes(unit))).toEqual([fallback, true, false]);
  });
});
