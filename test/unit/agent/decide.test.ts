import { describe, expect, it } from 'vitest';
import { type Row, runTable, SHELLS } from './shell-table.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

/** `<name> <activation>:<state> <digests> <noted> <last run>` and what apply does. */
const ACTIONS: readonly (readonly [string, string, string, string, string, string])[] = [
  ['a.service', 'none:active', 'r1 l1', '', '', 'keep'],
  ['a.service', 'none:failed', 'r1 l1', 'r0 l0', '', 'keep'],
  ['pigsty.target', 'start:active', 'r1 l1', 'r0 l0', '', 'keep'],
  ['pigsty.target', 'start:inactive', 'r1 l1', '', '', 'start'],
  // a service: nothing changed, what it reloads changed, what it restarts for changed, both, not started by the agent
  ['a.service', 'start:active', 'r1 l1', 'r1 l1', '', 'keep'],
  ['a.service', 'start:active', 'r1 l2', 'r1 l1', '', 'reload'],
  ['a.service', 'start:active', 'r2 l1', 'r1 l1', '', 'start'],
  ['a.service', 'start:active', 'r2 l2', 'r1 l1', '', 'start'],
  ['a.service', 'start:active', 'r1 l1', '', '', 'start'],
  // one that is still starting is never reloaded
  ['a.service', 'start:activating', 'r1 l1', 'r1 l1', '', 'keep'],
  ['a.service', 'start:activating', 'r1 l2', 'r1 l1', '', 'start'],
  ['a.service', 'start:reloading', 'r1 l1', 'r1 l1', '', 'keep'],
  ['a.service', 'start:reloading', 'r1 l2', 'r1 l1', '', 'start'],
  ['a.service', 'start:failed', 'r1 l1', 'r1 l1', '', 'start'],
  ['a.service', 'start:deactivating', 'r1 l1', 'r1 l1', '', 'start'],
  ['a.service', 'start:inactive', 'r1 l1', 'r1 l1', '', 'retry'],
  ['a.service', 'start:inactive', 'r2 l1', 'r1 l1', '', 'start'],
  ['a.timer', 'timer:active', 'r1 l1', 'r1 l1', '', 'keep'],
  ['a.timer', 'timer:active', 'r1 l2', 'r1 l1', '', 'reload'],
  ['a.timer', 'timer:inactive', 'r1 l1', 'r1 l1', '', 'start'],
  // a one-shot: done, never run, changed since, failed after a success, running, running with the old configuration
  ['a.service', 'rerun:inactive', 'r1 l1', 'r1 l1', 'r1', 'keep'],
  ['a.service', 'rerun:active', 'r1 l2', 'r1 l1', 'r1', 'keep'],
  ['a.service', 'rerun:inactive', 'r1 l1', 'r1 l1', '', 'start'],
  ['a.service', 'rerun:inactive', 'r2 l1', 'r1 l1', 'r1', 'start'],
  ['a.service', 'rerun:failed', 'r1 l1', 'r1 l1', 'r1', 'start'],
  ['a.service', 'rerun:activating', 'r1 l1', 'r1 l1', '', 'keep'],
  ['a.service', 'rerun:activating', 'r2 l1', 'r1 l1', '', 'start'],
  ['a.service', 'rerun:activating', 'r2 l1', 'r1 l1', 'r2', 'keep'],
];

const accepted = [
  '',
  `${a}  bundle\n${b}  blobs/sha256/${b}\n`,
  `${a}  dir/.hidden_file-1.txt\n`,
  `${a}  pigsty-agent`,
];
const refused = [
  '\n',
  `${a}  bundle\n\n`,
  `${a} bundle\n`,
  `${a}  /etc/passwd\n`,
  `${a}  -rf\n`,
  `${a}  a b\n`,
  `${a}  a\tb\n`,
  `${a}  ../up\n`,
  `${a}  dir/..\n`,
  `${a}  blobs/sha256/../../${a}\n`,
  `${a}  blobs/sha256/${b}\n`,
  `${a}  blobs/sha256/${a}/x\n`,
  `${a}  blobs/other\n`,
  `${a.slice(1)}  bundle\n`,
  `${a.toUpperCase()}  bundle\n`,
  `${a}a  bundle\n`,
  `${a}  $(id)\n`,
  `${a}  é\n`,
];

const lists: Row[] = [
  ...accepted.map((input): Row => ({ call: ['is_sum_list'], input })),
  ...refused.map((input): Row => ({ call: ['is_sum_list'], input, code: 1 })),
];

/** The bundle's users, the node's entries, and the clash: passwd or group decides what is compared. */
const CLASHES: readonly (readonly [string, string, string, string])[] = [
  ['passwd', 'tenant 500 500\n', '', ''],
  ['passwd', 'tenant 500 500\n', 'tenant:x:500:500::/:/bin/sh\nroot:x:0:0::/root:/bin/sh\n', ''],
  [
    'passwd',
    'tenant 500 500\n',
    'tenant:x:501:500::/:/bin/sh\n',
    'user tenant (uid 500, gid 500); this node has user tenant (uid 501, gid 500)',
  ],
  [
    'passwd',
    'tenant 500 500\n',
    'tenant:x:500:7::/:/bin/sh\n',
    'user tenant (uid 500, gid 500); this node has user tenant (uid 500, gid 7)',
  ],
  [
    'passwd',
    'one 1 1\ntwo 2 2\n',
    'one:x:1:1:::\nother:x:2:2:::\n',
    'user two (uid 2, gid 2); this node has user other (uid 2, gid 2)',
  ],
  ['group', 'tenant 500 600\n', 'tenant:x:600:\n', ''],
  ['group', 'tenant 500 600\n', 'other:x:500:\n', ''],
  [
    'group',
    'tenant 500 600\n',
    'other:x:600:\n',
    'group tenant (gid 600); this node has group other (gid 600)',
  ],
  [
    'group',
    'tenant 500 600\n',
    'tenant:x:500:\n',
    'group tenant (gid 600); this node has group tenant (gid 500)',
  ],
];

const numbers: Row[] = [
  { call: ['needed_bytes'], input: '', prints: '67108864' },
  { call: ['needed_bytes'], input: '1000\n2000\n', prints: '67112014' },
  { call: ['needed_bytes'], input: '5000000000\n', prints: '5317108864' },
  { call: ['next_generation', '', a], prints: '1-aaaaaaaaaaaa' },
  { call: ['next_generation', `9-${b.slice(0, 12)}`, a], prints: '10-aaaaaaaaaaaa' },
  { call: ['limited_mib', '1048576', 'max'], prints: '1' },
  { call: ['limited_mib', '1048577', 'max'], prints: '2' },
  { call: ['limited_mib', '8589934592', '1073741824'], prints: '1024' },
  { call: ['limited_mib', '1073741824', '8589934592'], prints: '1024' },
  { call: ['limited_mib', '0', 'max'], prints: '0' },
];

/** As dpkg writes it. */
const PACKAGES = `Package: libetcd
Version: 9.9-1

Package: etcd-server
Architecture: amd64
Version: 1:3.5.16-4+b2

Package: postgresql-17
Version: 17.6-0+deb13u1
`;

const versions: Row[] = [
  { call: ['package_version', 'etcd-server', '2'], input: PACKAGES, prints: '3.5' },
  { call: ['package_version', 'postgresql-17', '1'], input: PACKAGES, prints: '17' },
  { call: ['package_version', 'libetcd', '3'], input: PACKAGES, prints: '9.9' },
  { call: ['package_version', 'etcd', '2'], input: PACKAGES },
  { call: ['is_newer', '3.10', '3.5'] },
  { call: ['is_newer', '3.5', '3.10'], code: 1 },
  { call: ['is_newer', '17', '17'], code: 1 },
];

const json: Row[] = [
  { call: ['json_text', ''], prints: 'null' },
  { call: ['json_text', '-'], prints: 'null' },
  { call: ['json_text', '1-abc'], prints: '"1-abc"' },
  { call: ['json_list', 'name', 'activation', 'state'], input: '' },
  {
    call: ['json_list', 'name', 'activation', 'state'],
    input: 'a.service start active\nsystemd-\\x2d.mount none a "b"\n',
    prints:
      '{"name":"a.service","activation":"start","state":"active"},{"name":"systemd-\\\\x2d.mount","activation":"none","state":"a \\"b\\""}',
  },
];

describe.each(SHELLS)('the decisions of the agent (%s)', (shell) => {
  it('what apply does with a unit', async () => {
    const rows = ACTIONS.map(([name, state, digests, noted, lastRun, prints]): Row => {
      return { call: ['unit_action', name, state, digests, noted, lastRun], prints };
    });
    expect(await runTable(shell, 'decide', rows)).toEqual(rows);
  });

  it('which lists of hashes are read', async () => {
    expect(await runTable(shell, 'decide', lists)).toEqual(lists);
  });

  it('which users and groups clash with those of the node', async () => {
    const files = Object.fromEntries(
      CLASHES.flatMap(([, users, known], n) => [
        [`users-${n}`, users],
        [`known-${n}`, known],
      ]),
    );
    const rows = CLASHES.map(([kind, , , prints], n): Row => {
      return { call: ['find_clash', kind, `users-${n}`, `known-${n}`], ...(prints !== '' && { prints }) };
    });
    expect(await runTable(shell, 'decide', rows, files)).toEqual(rows);
  });

  it('sizes, generations and memory', async () => {
    expect(await runTable(shell, 'decide', numbers)).toEqual(numbers);
  });

  it('versions of packages', async () => {
    expect(await runTable(shell, 'decide', versions)).toEqual(versions);
  });

  it('JSON', async () => {
    expect(await runTable(shell, 'decide', json)).toEqual(json);
  });
});
