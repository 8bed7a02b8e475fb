import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { mustPigsty, Workshop } from '../support/product.ts';
import { firstDifference, listing } from '../support/tree-listing.ts';

/* Certificates from build to build: revoked, renewed, reproducible. test/boot/etcd.test.ts has services that use them. */
const workshop = new Workshop('trio');
const keys = join(workshop.directory, 'trio.pki');
const file = (name: string) => readFileSync(join(keys, name), 'utf8');
const serial = (name: string) => new X509Certificate(file(`${name}.crt`)).serialNumber.toLowerCase();
const revoked = () => JSON.parse(file('revoked.json')).certificates.map((one: { name: string }) => one.name);
const build = (now: string) =>
  mustPigsty(['build', workshop.inventory, '-q', '--config-only', '-o', join(workshop.directory, 'out')], {
    env: { SOURCE_DATE_EPOCH: String(Date.parse(now) / 1000) },
  });
const reissue = async (...names: readonly string[]) =>
  JSON.parse(await mustPigsty(['reissue', ...names, '-q', '--json', '-i', workshop.inventory]));

/** Those of a host, in order of their names. */
function certificatesOf(n: number): string[] {
  return [`etcd-${n}`, `etcd-${n}-root`, `pg-test-${n}`, `pg-test-${n}-etcd`, `pg-test-${n}-exporter`];
}

describe('certificates', () => {
  beforeAll(() => build('2026-12-01'));
  afterAll(() => workshop.remove());

  it('the same keys and SOURCE_DATE_EPOCH give the same files; a later one renews', async () => {
    const hosts = join(workshop.directory, 'out', 'trio', 'hosts');
    const before = listing(hosts);
    await build('2027-06-01');
    expect(firstDifference(before, listing(hosts))).toBeUndefined();
    const old = serial('etcd-1');
    await build('2028-01-01');
    expect(serial('etcd-1')).not.toBe(old);
    expect(firstDifference(before, listing(hosts))).toMatch(/\.(crt|key) /);
  });

  it('of a host, by address or node name: revoked and new, and so are the ssh keys that it has', async () => {
    const old = certificatesOf(1).map(serial);
    const other = serial('etcd-2');
    const digest = () => createHash('sha256').update(file('ssh-dba@pg-test.key')).digest('hex');
    const ssh = digest();
    const summary = await reissue('10.10.10.11');
    expect(summary).toMatchObject({
      kind: 'ReissueSummary',
      hosts: ['10.10.10.11'],
      sshKeys: expect.arrayContaining(['ssh-dba@pg-test']),
      revoked: [
        { certificate: 'pg-test-1-exporter', serial: old[4], ip: '10.10.10.11' },
        { certificate: 'etcd-1', serial: old[0], ip: '10.10.10.11' },
        { certificate: 'etcd-1-root', serial: old[1], ip: '10.10.10.11' },
        { certificate: 'pg-test-1', serial: old[2], ip: '10.10.10.11' },
        { certificate: 'pg-test-1-etcd', serial: old[3], ip: '10.10.10.11' },
      ],
    });
    expect(serial('etcd-1')).not.toBe(old[0]);
    expect(serial('pg-test-1')).not.toBe(old[2]);
    expect(serial('pg-test-1-etcd')).not.toBe(old[3]);
    expect(serial('etcd-2')).toBe(other);
    expect(digest()).not.toBe(ssh);
    await reissue('pg-test-2');
    expect(serial('etcd-2')).not.toBe(other);
    // Those that the renewal of 2028 replaced are valid until 2028-12 and revoked too.
    const names = [1, 2].flatMap(certificatesOf);
    expect(revoked().sort()).toEqual(names.flatMap((name) => [name, name]).sort());
  });

  it('of a host that is gone: revoked, and its key is deleted', async () => {
    workshop.edit((text) => text.replaceAll(/^.*10\.10\.10\.13.*\n/gm, ''));
    expect(await reissue('10.10.10.99').catch(String)).toMatch(
      /10\.10\.10\.99` is no host of the inventory(?!.*did you mean)/s,
    );
    const summary = await reissue('10.10.10.13');
    expect(summary.hosts).toEqual([]);
    expect(summary.revoked).toMatchObject(certificatesOf(3).map((certificate) => ({ certificate })));
    const files = certificatesOf(3).flatMap((name) => [`${name}.key`, `${name}.crt`]);
    expect(files.filter((name) => existsSync(join(keys, name)))).toEqual([]);
    expect(revoked()).toContain('pg-test-3');
  });

  it('the list is in the bundles of all hosts, and stays the same', async () => {
    const list = JSON.parse(file('revoked.json')).list;
    await build('2028-01-02');
    for (const path of ['etc/etcd/revoked.crl', 'etc/pgsql/revoked.crl', 'etc/haproxy/revoked.crl']) {
      const made = join(workshop.directory, 'out', 'trio', 'hosts', '10.10.10.12', path);
      expect(readFileSync(made, 'utf8'), path).toBe(list);
    }
  });
});
