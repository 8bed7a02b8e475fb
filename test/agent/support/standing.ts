import { expect } from 'vitest';
import type { AgentNode } from './agent-node.ts';
import type { Bundle } from './bundle-writer.ts';

/** What a node says of its generations, and what it runs. */

/** A bundle that never becomes healthy. */
export const SICK = { check: 'echo "lag is 12 MB"; exit 1\n', checkSeconds: 1 } as const;

type Entry = { readonly number: number; readonly result: string; readonly kept: boolean };
type Status = Readonly<Record<string, unknown>>;

export async function historyOf(host: AgentNode): Promise<Entry[]> {
  const { stdout } = await host.shell('pigsty-agent history --json');
  const { generations } = JSON.parse(stdout) as { generations: Entry[] };
  return generations.map(({ number, result, kept }) => ({ number, result, kept }));
}

export async function statusOf(host: AgentNode): Promise<Status> {
  return JSON.parse((await host.shell('pigsty-agent status --json')).stdout) as Status;
}

/** The node runs bundle n, as a generation that is current and good. */
export async function expectRunning(host: AgentNode, n: number): Promise<void> {
  expect(await host.target('/etc/pigsty/current')).toBe(await host.target('/etc/pigsty/good'));
  expect(await host.read('/data/tenant/seen')).toBe(`restart ${Math.floor(n / 2)}\nreload ${n}`);
  expect((await host.read('/data/tenant/runs')).split('\n').at(-1)).toBe(`run ${n}`);
  expect(await host.life('sleeper.service')).toContain('ActiveState=active');
  expect(await host.leftovers()).toBe('');
}

export async function applySick(host: AgentNode, bundle: Bundle, ...options: readonly string[]) {
  await host.ship(bundle);
  return host.run('apply', ...options);
}
