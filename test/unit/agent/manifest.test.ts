import { describe, expect, it } from 'vitest';
import { type Row, runTable, SHELLS } from './shell-table.ts';

const manifest = `pigsty-bundle 1
site lab
host 10.10.10.11 node-1 extra
config c0
image pg i1 l1,l2
image etcd i2 l1
image again i1 l1,l2
user tenant 500 500
directory 0755 root root - /data
directory 0700 tenant tenant tenant-17 /data/tenant
file h1 0644 root root etc/hosts /etc/hosts
file h2 0600 tenant tenant etc/tenant/password -
file measured 0640 root tenant etc/sysctl.conf /etc/sysctl.d/90-pigsty.conf
file h3 0644 root root etc/users /etc/sysusers.d/pigsty.conf
file h4 0644 root root units/b.service -
file h5 0644 root root etc/dropin /etc/systemd/system/x.service.d/p.conf
file h6 0644 root root etc/modules /etc/modules-load.d/pigsty.conf
file measured 0640 tenant tenant etc/tenant/measured.conf -
link /pg /data/tenant
unit b.service start r1 l1 pg -
unit pigsty.target start r2 l2 - -
unit pigsty-boot.service none r3 l3 - -
certificate ca 900000000 897000000
certificate pg-1 864000 604800
hostname node-1
timezone Etc/UTC
`;

/** The call with that manifest, and the lines it prints. */
const on = (call: Row['call'], ...lines: string[]): Row => ({
  call,
  input: manifest,
  ...(lines.length > 0 && { prints: lines.join('\n') }),
});

const queries: Row[] = [
  on(['records_of', 'image'], 'pg i1 l1,l2', 'etcd i2 l1', 'again i1 l1,l2'),
  on(['records_of', 'imag']),
  on(['certificates_at', '604799'], 'ca 10409 valid 900000000', 'pg-1 3 valid 864000'),
  on(['certificates_at', '777601'], 'ca 10407 valid 900000000', 'pg-1 0 expiring 864000'),
  on(['certificates_at', '864000'], 'ca 10406 valid 900000000', 'pg-1 0 expired 864000'),
  on(['records_of', '\\(config\\|site\\)'], 'lab', 'c0'),
  on(['field_of', 'site'], 'lab'),
  on(['field_of', 'host'], '10.10.10.11'),
  on(['field_of', 'disk']),
  on(['states_of'], 'tenant-17 /data/tenant'),
  on(['sums_of'], ...fileSums()),
  on(['measured_of'], 'etc/sysctl.conf', 'etc/tenant/measured.conf'),
  on(['sysusers_of'], 'etc/users'),
  on(['owned_by', '0640', 'root', 'tenant'], 'etc/sysctl.conf'),
  on(['owned_by', '0600', 'tenant', 'tenant'], 'etc/tenant/password'),
  on(['owned_by', '0600', 'root', 'root']),
  on(
    ['settings_of', '7-abc'],
    '7-abc etc/sysctl.conf /etc/sysctl.d/90-pigsty.conf',
    'h6 etc/modules /etc/modules-load.d/pigsty.conf',
  ),
  on(['unit_files_of'], 'h4 units/b.service -', 'h5 etc/dropin /etc/systemd/system/x.service.d/p.conf'),
  on(['hash_of_file', 'units/b.service'], 'h4'),
  on(['hash_of_file', 'units/c.service']),
  { call: ['image_of_unit', 'b.service', 'manifest'], prints: 'i1' },
  { call: ['image_of_unit', 'pigsty.target', 'manifest'] },
  { call: ['settings_of', '7-abc'], input: 'site lab\n' },
  { call: ['unit_files_of'], input: 'site lab\n' },
];

function fileSums(): string[] {
  const paths = ['etc/hosts', 'etc/tenant/password', 'etc/users', 'units/b.service', 'etc/dropin'];
  return [...paths, 'etc/modules'].map((path, index) => `h${index + 1}  ${path}`);
}

const links = [
  '/etc/hostname =node-1',
  '/etc/hosts /home/current/etc/hosts',
  '/etc/localtime /zones/Etc/UTC',
  '/etc/modules-load.d/pigsty.conf /home/current/etc/modules',
  '/etc/sysctl.d/90-pigsty.conf /home/current/etc/sysctl.conf',
  '/etc/systemd/system/x.service.d/p.conf /home/current/etc/dropin',
  '/etc/sysusers.d/pigsty.conf /home/current/etc/users',
  '/pg /data/tenant',
  '/units/b.service /home/current/units/b.service',
  '/units/multi-user.target.wants/pigsty.target /units/pigsty.target',
  '/units/pigsty-boot.service /home/current/units/pigsty-boot.service',
  '/units/pigsty.target /home/current/units/pigsty.target',
  '/units/sysinit.target.wants/pigsty-boot.service /units/pigsty-boot.service',
];

const linkRows: Row[] = [
  on(['links_of', '/home', '/units', '/zones'], ...links),
  {
    call: ['units_of_links', '/units'],
    input: `${links.join('\n')}\n`,
    prints: 'b.service\npigsty-boot.service\npigsty.target',
  },
  { call: ['directories_above'], input: '/a/b/c\n/a/d\n/e\n', prints: '/\n/a\n/a/b' },
];

/** Unit records sorted by name, and the names in their order. */
const ORDERS: readonly (readonly [string[], string[]])[] = [
  [[], []],
  [['only.service start r l - -'], ['only.service start r l']],
  [
    [
      'a.service start ra la pg c.service',
      'b.service rerun rb lb - a.service,c.service',
      'c.service start rc lc pg -',
    ],
    ['c.service start rc lc', 'a.service start ra la', 'b.service rerun rb lb'],
  ],
];

describe.each(SHELLS)('the manifest as the agent reads it (%s)', (shell) => {
  it('records, files and settings', async () => {
    expect(await runTable(shell, 'manifest', queries, { manifest })).toEqual(queries);
  });

  it('images with the same id are one tree', async () => {
    const [row] = await runTable(shell, 'manifest', [on(['images_of'])]);
    expect(row?.prints?.split('\n').map((line) => line.split(' ')[1])).toEqual(['i1', 'i2']);
  });

  it('links, and what follows from them', async () => {
    expect(await runTable(shell, 'manifest', linkRows)).toEqual(linkRows);
  });

  it('units follow those of their after lists', async () => {
    const files = Object.fromEntries(ORDERS.map(([units], n) => [`units-${n}`, `${units.join('\n')}\n`]));
    const rows = ORDERS.map(([, order], n): Row => {
      return { call: ['sort_units', `units-${n}`], ...(order.length > 0 && { prints: order.join('\n') }) };
    });
    expect(await runTable(shell, 'manifest', rows, { ...files, 'units-0': '' })).toEqual(rows);
  });
});
