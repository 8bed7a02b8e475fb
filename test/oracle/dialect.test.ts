import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { parameterAliases, parameterByName } from '../../generator/modules/parameters.ts';
import { mustRun, removeTree } from '../support/process.ts';
import { root } from '../support/product.ts';
import { findMissing } from '../support/requirements.ts';
import { CASES } from './dialect/cases.ts';

/* Variables of hosts, as this compiler reads them from an inventory, against what Ansible's own code reads. */
const missing = findMissing([{ tool: 'ansible-inventory', package: 'ansible-core' }]);
const reason = missing.length > 0 ? ' (missing: ansible-inventory)' : '';
const READER = fileURLToPath(new URL('dialect/read.py', import.meta.url));

type Hosts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const directory = mkdtempSync(join(tmpdir(), 'pigsty-dialect-'));
const blueprints = readdirSync(join(root, 'blueprints'))
  .filter((name) => name.endsWith('.yml'))
  .map((name) => join(root, 'blueprints', name));
const files = new Map(Object.keys(CASES).map((name, index) => [name, join(directory, `${index}.yml`)]));
let theirs: Readonly<Record<string, Hosts | 'refused'>>;

/** Every variable of every host, as written; of parameters, as their schema gives it. */
function ours(text: string, file: string): Hosts | 'refused' {
  const site = readSite(text, file, 'x');
  if (!site.ok) return 'refused';
  return Object.fromEntries(
    site.value.hosts.map(({ ip, parameters }) => {
      const names = Object.keys(parameters.values).filter(
        (name) => parameters.origin(name).scope !== 'default' && !name.startsWith('ansible_'),
      );
      return [ip, Object.fromEntries(names.map((name) => [name, plain(parameters.chain(name)[0]?.value)]))];
    }),
  );
}

/** As read.py writes it. */
function plain(value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return `not a number of JSON: ${value > 0 ? 'inf' : '-inf'}`;
}

/** Ansible's values, those of parameters as their schema gives them. */
function read(hosts: Hosts | 'refused'): Hosts | 'refused' {
  // It warns of what it cannot read, and goes on without.
  if (hosts === 'refused' || Object.keys(hosts).length === 0) return 'refused';
  const value = (name: string, raw: unknown) => {
    const parsed = parameterByName.get(name)?.row.schema.safeParse(raw);
    return parsed?.success ? parsed.data : raw;
  };
  const variables = (host: Hosts[string]) =>
    Object.entries(host).map(([written, raw]) => {
      const name = parameterAliases.get(written) ?? written;
      return [name, value(name, raw)];
    });
  return Object.fromEntries(
    Object.entries(hosts).map(([ip, host]) => [ip, Object.fromEntries(variables(host))]),
  );
}

describe.skipIf(missing.length > 0)(`inventories as Ansible reads them${reason}`, () => {
  beforeAll(async () => {
    for (const [name, file] of files) writeFileSync(file, CASES[name] ?? '');
    const output = await mustRun('/usr/bin/python3', [READER], {
      input: [...files.values(), ...blueprints].join('\n'),
    });
    theirs = JSON.parse(output);
  });
  afterAll(() => removeTree(directory));

  it.each([...files])('%s', (name, file) => {
    expect(ours(CASES[name] ?? '', file)).toEqual(read(theirs[file] ?? 'refused'));
  });

  it.each(blueprints)('%s', (file) => {
    expect(ours(readFileSync(file, 'utf8'), file)).toEqual(read(theirs[file] ?? 'refused'));
  });

  it('are enough, and would not be equal by chance', () => {
    expect(files.size).toBeGreaterThanOrEqual(60);
    const read = Object.values(theirs).filter(
      (hosts) => hosts !== 'refused' && Object.keys(hosts).length > 0,
    );
    expect(read.length).toBeGreaterThanOrEqual(60);
  });
});
