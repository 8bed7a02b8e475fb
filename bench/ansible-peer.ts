import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Requirement } from '../test/support/requirements.ts';
import { type MeasureOptions, measure } from './measure.ts';
import type { Sample } from './result.ts';

/** The program that this peer needs. */
export const ANSIBLE: Requirement = { tool: 'ansible-playbook', package: 'ansible-core' };

/**
 * Measures Ansible: it renders the files of one host for `hosts` hosts on this machine. There is one template per file,
 * with the length of the file and one variable.
 */
export async function renderWithAnsible(
  files: string,
  hosts: number,
  options: MeasureOptions,
): Promise<Sample> {
  const { directory } = options;
  const templates = join(directory, 'templates');
  mkdirSync(templates, { recursive: true });
  const paths = readdirSync(files, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const [index, { parentPath, name }] of paths.entries()) {
    const text = readFileSync(join(parentPath, name), 'utf8').replaceAll(/\{([{%#])/g, '($1');
    writeFileSync(join(templates, `${index}.j2`), `# {{ inventory_hostname }} {{ pg_cluster }}\n${text}`);
  }
  const names = Array.from({ length: hosts }, (_, index) => `host${index}`);
  const connection =
    'ansible_connection=local ansible_python_interpreter=/usr/bin/python3 pg_cluster=pg-test';
  writeFileSync(join(directory, 'hosts'), names.map((name) => `${name} ${connection}\n`).join(''));
  const tasks = paths.map((_, index) => ({
    'ansible.builtin.template': {
      src: join(templates, `${index}.j2`),
      dest: `${join(directory, 'rendered')}/{{ inventory_hostname }}-${index}`,
    },
  }));
  mkdirSync(join(directory, 'rendered'), { recursive: true });
  const play = [{ hosts: 'all', gather_facts: false, tasks }];
  const playbook = join(directory, 'playbook.yml');
  writeFileSync(playbook, JSON.stringify(play));
  return measure(['ansible-playbook', '-i', join(directory, 'hosts'), playbook], options);
}
