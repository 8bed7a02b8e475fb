import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAssets } from '../../generator/effects/package-root.ts';
import { run } from '../support/process.ts';
import { copyKeys, root, Workshop } from '../support/product.ts';
import { treeDifference } from '../support/tree-difference.ts';

/*
 * One folder per case: the whole `hosts/` tree as `pigsty build --config-only` writes it. `npm run golden` renews
 * them; read the change like code. The keys in keys/ are for these tests alone and protect nothing; they are fixed
 * so that certificates and the keyed digests of secrets stay the same.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
/** A day at which the certificates in keys/ are new: later ones would renew them. */
process.env.SOURCE_DATE_EPOCH = String(Date.parse('2026-12-01') / 1000);
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

/** The host whose golden has the texts that are the same on every host of every site; the others are compared with them. */
const FIRST = join(folder, 'meta', 'hosts', '10.10.10.10');
const SHARED = ['bin/pigsty-agent', ...provisionParts()];

function provisionParts(): readonly string[] {
  const names = readdirSync(join(root, 'units/pgsql/provision'));
  return names.map((name) => `etc/pgsql/provision/${name.replace(/\.ejs$/, '')}`);
}

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

/** Takes the shared files out of each host's tree; those whose text is not the golden's. */
function takeShared(hosts: string): string[] {
  return readdirSync(hosts).flatMap((host) =>
    SHARED.flatMap((path) => {
      const file = join(hosts, host, path);
      const isSame = readFileSync(file, 'utf8') === readFileSync(join(FIRST, path), 'utf8');
      rmSync(file);
      return isSame ? [] : [`${host}/${path}`];
    }),
  );
}

/** Takes out what `npm run build` has finished, which is in no golden; those that bundles do not have as they are. */
async function takeAssets(hosts: string): Promise<string[]> {
  const assets = [...(await loadAssets())];
  return readdirSync(hosts).flatMap((host) =>
    assets.flatMap(([path, text]) => {
      const file = join(hosts, host, 'www', path);
      if (!existsSync(file)) return [];
      const isSame = readFileSync(file, 'utf8') === text;
      rmSync(file);
      return isSame ? [] : [`${host}/www/${path}`];
    }),
  );
}

describe('the files of a host', () => {
  it.each(Object.entries(CASES))('%s', async (name, one) => {
    await buildCase(one, async ({ directory }) => {
      const hosts = join(directory, 'out', one.blueprint, 'hosts');
      const made = join(directory, `${one.blueprint}.pki`);
      const keys = keysOf(one.blueprint);
      const others = name === 'meta' ? [] : takeShared(hosts);
      others.push(...(await takeAssets(hosts)));
      if (isUpdate) replace(keys, made);
      if (isUpdate) replace(join(folder, name, 'hosts'), hosts);
      const renewed = await treeDifference(keys, made);
      if (renewed) expect.fail(`the golden keys do not serve any more\n${renewed}`);
      const difference = await treeDifference(join(folder, name, 'hosts'), hosts);
      if (difference) expect.fail(`${difference}\nnpm run golden renews what is meant to change`);
      expect(others, 'files that are not those of golden meta or of dist/console').toEqual([]);
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
