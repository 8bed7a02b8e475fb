import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../generator/effects/package-root.ts';
import { AGENT_PARTS } from '../../generator/text/agent-script.ts';
import { run } from '../support/process.ts';
import { findMissing } from '../support/requirements.ts';
import { AGENT } from './support/sample.ts';

const missing = findMissing([{ tool: 'shellcheck', package: 'shellcheck' }]);
const parts = AGENT_PARTS.map((name) => join(packageRoot, 'units', name));

const check = (input: string) => run('shellcheck', ['-s', 'sh', '-'], { input });
/** The agent with standard input as its text: no bundle is beside it. */
const agent = (args: readonly string[]) => run('sh', ['-s', ...args], { input: AGENT });

describe.skipIf(missing.length > 0)('the agent as a shell script (needs shellcheck)', () => {
  test('shellcheck finds nothing in the joined script', async () => {
    expect(await check(AGENT)).toMatchObject({ stdout: '', code: 0 });
  });

  test('shellcheck finds nothing in its parts, which share variables', async () => {
    const { code, stdout } = await run('shellcheck', ['-s', 'sh', '-e', 'SC2034,SC2154', ...parts]);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  test('shellcheck refuses a script with a bash feature', async () => {
    expect((await check(`${AGENT}\n[[ $verb == x ]]\n`)).code).toBe(1);
  });
});

describe('the agent as a program', () => {
  test('help names every verb', async () => {
    const { code, stdout } = await agent(['help']);
    expect(code).toBe(0);
    for (const verb of ['stage', 'apply', 'rollback', 'history', 'status', 'verify', 'boot'])
      expect(stdout).toContain(`pigsty-agent ${verb}`);
  });

  test.each([['nonsense'], ['status', '--yaml'], ['history', '--yaml'], ['apply', 'a', 'b']])(
    'a usage error is 2: %s',
    async (...args) => {
      expect((await agent(args)).code).toBe(2);
    },
  );

  test('uses only programs of essential packages', () => {
    const forbidden = /\b(awk|gawk|perl|python3?|jq|curl|wget|ip|lsof|fuser)\s/;
    const code = AGENT.split('\n').filter((line) => !/^\s*#/.test(line));
    expect(code.filter((line) => forbidden.test(line))).toEqual([]);
  });
});
