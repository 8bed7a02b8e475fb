import { describe, expect, it } from 'vitest';
import { type Row, runTable, SHELLS } from './shell-table.ts';

const input = 'ca 10409 valid 900000000\npg-1 3 expiring 864000\netcd-1 -1 expired 80000\n';
const rows: Row[] = [
  {
    call: ['certificate_lines'],
    input,
    prints: [
      'ca expires in 10409 days',
      'pg-1 expires in 3 days: build and apply, a build renews it',
      'etcd-1 has expired: build and apply, a build renews it',
    ].join('\n'),
  },
  { call: ['certificate_lines'], input: '' },
];

describe.each(SHELLS)('certificates as the agent reports them (%s)', (shell) => {
  it('says how long they are valid, and what to do', async () => {
    expect(await runTable(shell, 'certificates', rows)).toEqual(rows);
  });
});
