import { Unreachable } from '../model/brand.ts';
import type { Templates } from './template.ts';

/** The agent as a bundle contains it: one script, without template tags. */
export const AGENT_SCRIPT = 'agent/pigsty-agent.sh';

const FOLDER = 'agent/script/';

/**
 * The files of units/agent/script/ in the order of the script. `start` is first: its self-check runs before the shell
 * reads the rest. `main` is last: it calls the functions of the others.
 */
export const AGENT_PARTS = [
  'start',
  'process',
  'manifest',
  'decide',
  'files',
  'bundle',
  'stage',
  'generation',
  'host',
  'units',
  'health',
  'history',
  'certificates',
  'announce',
  'rollback',
  'prune',
  'remove',
  'inspect',
  'metrics',
  'main',
].map((name) => `${FOLDER}${name}.sh`);

/** The templates with the agent's script in place of its parts. Throws only on a bug: a file that is not in the list, or a missing one. */
export function joinAgent(templates: Templates): Templates {
  const others = new Map([...templates].filter(([name]) => !AGENT_PARTS.includes(name)));
  const stray = [...others.keys()].find((name) => name.startsWith(FOLDER));
  if (stray !== undefined) throw new Unreachable(`${stray} is not in the list of the agent's files`);
  return others.set(AGENT_SCRIPT, AGENT_PARTS.map((name) => partOf(templates, name)).join('\n'));
}

function partOf(templates: Templates, name: string): string {
  const text = templates.get(name);
  if (text === undefined) throw new Unreachable(`file of the agent not found: ${name}`);
  return text;
}
