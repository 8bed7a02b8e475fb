import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../support/process.ts';
import { copyKeys, root, Workshop } from '../support/product.ts';
import { treeDifference } from '../support/tree-difference.ts';

/*
 * One folder per case: the whole `hosts/` tree as `pigsty build --config-only` writes it. `npm run golden` renews
 * them; read the change like code. The keys in keys/ are for these tests alone and protect nothing; they are fixed
 * so that certificates and the keyed digests of secrets stay the same.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const isUpdate = process.env.UPDATE_GOLDEN !== undefined;
if (isUpdate && process.env.CI) throw new Error('goldens are not renewed in CI');

type Case = { readonly blueprint: string; readonly edit?: (text: string) => string };

const CASES: Readonly<Record<string, Case>> = {
  meta: { blueprint: 'meta' },
  /** With the facts of the node declared, what is measured otherwise is a finished file. */
  'meta-declared': {
    blueprint: 'meta',
    edit: (text) => `${text}    node_cpu: 8\n    node_mem_mb: 32000\n    node_disk_bytes: 500000000000\n`,
  },
  trio: { blueprint: 'trio' },
  full: { blueprint: 'full' },
};

/** The same on every host of every site: one golden has its text, the others are compared with that one. */
const AGENT = 'bin/pigsty-agent';
const AGENT_GOLDEN = join(folder, 'meta', 'hosts', '10.10.10.10', AGENT);

const scratch = mkdtempSync(join(tmpdir(), 'pigsty-golden-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function buildCase({ blueprint, edit }: Case, work: (workshop: Workshop) => Promise<void>) {
  const workshop = new Workshop(blueprint, edit);
  try {
    const keys = keysOf(blueprint);
    if (existsSync(keys)) copyKeys(`${blueprint}.pki`, join(workshop.directory, `${blueprint}.pki`));
    await workshop.build('--config-only');
    await work(workshop);
  } finally {
    workshop.remove();
  }
}

function keysOf(blueprint: string): string {
  return join(folder, 'keys', `${blueprint}.pki`);
}

function replace(directory: string, by: string): void {
  rmSync(directory, { recursive: true, force: true });
  cpSync(by, directory, { recursive: true });
}

/** Takes the agent out of each host's tree; the text of every one that is not the golden's. */
function takeAgents(hosts: string): string[] {
  const golden = readFileSync(AGENT_GOLDEN, 'utf8');
  return readdirSync(hosts).flatMap((host) => {
    const agent = join(hosts, host, AGENT);
    const text = readFileSync(agent, 'utf8');
    rmSync(agent);
    return text === golden ? [] : [host];
  });
}

describe('the files of a host', () => {
  it.each(Object.entries(CASES))('%s', async (name, one) => {
    await buildCase(one, async ({ directory }) => {
      const hosts = join(directory, 'out', one.blueprint, 'hosts');
      const made = join(directory, `${one.blueprint}.pki`);
      const keys = keysOf(one.blueprint);
      const otherAgents = name === 'meta' ? [] : takeAgents(hosts);
      if (isUpdate) replace(keys, made);
      if (isUpdate) replace(join(folder, name, 'hosts'), hosts);
      const renewed = await treeDifference(keys, made);
      if (renewed) expect.fail(`the golden keys do not serve any more\n${renewed}`);
      const difference = await treeDifference(join(folder, name, 'hosts'), hosts);
      if (difference) expect.fail(`${difference}\nnpm run golden renews what is meant to change`);
      expect(otherAgents, 'hosts whose agent is not that of golden meta').toEqual([]);
    });
  });

  it('has a case for every folder', () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => entry.name).sort()).toEqual([...Object.keys(CASES), 'keys'].sort());
  });

  it('has keys for every blueprint, and no others', () => {
    const blueprints = new Set(Object.values(CASES).map(({ blueprint }) => `${blueprint}.pki`));
    expect(readdirSync(join(folder, 'keys')).sort()).toEqual([...blueprints].sort());
  });
});

describe('goldens would notice', () => {
  const golden = join(folder, 'meta', 'hosts');
  const host = '10.10.10.10';
  const changes = {
    'a changed file': [
      'printf "# x\\n" >> etc/hosts',
      /^--- expected\/.*\n\+\+\+ actual\/.*\n@@ [\s\S]*\n\+# x\n/,
    ],
    'a file that no longer comes out': [
      'rm checks/etcd',
      /^no longer comes out: 10\.10\.10\.10\/checks\/etcd$/,
    ],
    'a new file': ['touch units/new', /^comes out and is not expected: 10\.10\.10\.10\/units\/new$/],
    'a changed mode': ['chmod 644 bin/psql', /^no longer executable: 10\.10\.10\.10\/bin\/psql$/],
  } as const;

  it.each(Object.entries(changes))('%s', async (name, [command, expected]) => {
    const copy = join(scratch, name.replaceAll(' ', '-'));
    cpSync(golden, copy, { recursive: true });
    await run('sh', ['-c', command], { cwd: join(copy, host) });
    expect(await treeDifference(golden, copy)).toMatch(expected);
  });

  it('and are not updated in CI', async () => {
    const result = await run('npm', ['run', 'golden'], { cwd: root, env: { ...process.env, CI: 'true' } });
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('not renewed in CI');
  });
});
