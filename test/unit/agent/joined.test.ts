import { expect, it } from 'vitest';
import { AGENT_PARTS, AGENT_SCRIPT, joinAgent } from '../../../generator/text/agent-script.ts';

const parts = new Map(AGENT_PARTS.map((name) => [name, `${name}\n`]));
const without = (gone: string) => new Map([...parts].filter(([name]) => name !== gone));

it('the script has all files in their order, and replaces them', () => {
  const joined = joinAgent(new Map([...parts].reverse()).set('etcd/etcd.service.ejs', 'unit'));
  expect(joined.get(AGENT_SCRIPT)?.split(/\n+/)).toEqual([...AGENT_PARTS, '']);
  expect([...joined.keys()]).toEqual(['etcd/etcd.service.ejs', AGENT_SCRIPT]);
});

it.each(AGENT_PARTS)('a missing file is a bug: %s', (name) => {
  expect(() => joinAgent(without(name))).toThrow(`file of the agent not found: ${name}`);
});

it('a file that is not in the list is a bug', () => {
  const more = new Map(parts).set('agent/script/more.sh', '');
  expect(() => joinAgent(more)).toThrow("agent/script/more.sh is not in the list of the agent's files");
});
