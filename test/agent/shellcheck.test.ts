import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../support/process.ts';
import { findMissing } from '../support/requirements.ts';
import { AGENT } from './support/sample.ts';

const missing = findMissing([{ tool: 'shellcheck', package: 'shellcheck' }]);
const agentPath = join(import.meta.dirname, '../../units/agent/pigsty-agent.sh');

describe.skipIf(missing.length > 0)('the agent as a shell script (needs shellcheck)', () => {
  test('shellcheck finds nothing', async () => {
    const { code, stdout } = await run('shellcheck', ['-s', 'sh', agentPath]);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  test('shellcheck refuses a script with a bash feature', async () => {
    const { code } = await run('shellcheck', ['-s', 'sh', '-'], { input: `${AGENT}\n[[ $verb == x ]]\n` });
    expect(code).toBe(1);
  });
});

describe('the agent as a program', () => {
  test('help names every verb', async () => {
    const { code, stdout } = await run('sh', [agentPath, 'help']);
    expect(code).toBe(0);
    for (const verb of ['stage', 'apply', 'status', 'verify', 'boot'])
      expect(stdout).toContain(`pigsty-agent ${verb}`);
  });

  test.each([['nonsense'], ['status', '--yaml'], ['apply', 'a', 'b']])(
    'a usage error is 2: %s',
    async (...args) => {
      expect((await run('sh', [agentPath, ...args])).code).toBe(2);
    },
  );

  test('calls no program outside the packages that every Debian has', () => {
    const forbidden = /\b(awk|gawk|perl|python3?|jq|curl|wget|ip|lsof|fuser)\s/;
    const code = AGENT.split('\n').filter((line) => !/^\s*#/.test(line));
    expect(code.filter((line) => forbidden.test(line))).toEqual([]);
  });
});
