import { readdirSync, writeFileSync } from 'node:fs';
import type { BadCase } from '../../support/bad-case.ts';

const run: BadCase = async (scene) => {
  const build = () => scene.pigsty('build inventory.yml -q --frozen');
  const states = [];
  const missing = await build();
  const made = readdirSync(scene.directory).join(' ');
  const texts = [
    JSON.stringify({ version: 1, inputs: '0'.repeat(64), platforms: [] }),
    JSON.stringify({ version: 1, inputs: 'none', platforms: [] }),
    '{ "version": 1,\n<<<<<<< HEAD\n',
    '{ "version": 1',
  ];
  for (const text of texts) {
    writeFileSync(scene.path('inventory.lock.json'), text);
    states.push(await build());
  }
  return [missing, `files: ${made}\n`, ...states].join('\n');
};

export default run;
