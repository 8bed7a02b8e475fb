import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { run } from '../../support/process.ts';
import type { Files } from './probes.ts';

/*
 * The programs that read the files of a host, on this machine: each says whether it accepts them.
 */
const CURRENT = /\/etc\/pigsty\/current/g;
/** The certificate of HAProxy's page, which is no file of the configuration. */
const OWN_PAIR = / ssl crt \S+\/admin[.]crt ca-file \S+ crl-file \S+ verify optional ssl-min-ver \S+/g;
/** Debian's own, which has PyYAML beside Ansible. */
const PYTHON = '/usr/bin/python3';
const TO_JSON = 'import json, sys, yaml; print(json.dumps([yaml.safe_load(open(f)) for f in sys.argv[1:]]))';
const TO_TREE = 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]';

/** What the programs complain of; empty if they accept all files. */
export async function complaints(files: Files): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pigsty-injection-'));
  try {
    for (const [path, text] of files)
      writeAt(join(directory, path), text.replaceAll(CURRENT, directory).replaceAll(OWN_PAIR, ''));
    const named = (pattern: RegExp) =>
      [...files.keys()].filter((path) => pattern.test(path)).map((path) => join(directory, path));
    const checks: (readonly [string, readonly string[]])[] = [
      ['haproxy', ['-c', '-f', join(directory, 'etc/haproxy')]],
      [PYTHON, ['-c', TO_TREE, ...named(/\.py$/)]],
      ...named(/\.sh$|^(?:bin|checks|leave|reports|measure)\//).map((file) => ['sh', ['-n', file]] as const),
      ...named(/sudoers\.d/).map((file) => ['visudo', ['-cqf', file]] as const),
    ];
    const results = await Promise.all(checks.map(([program, args]) => failure(program, args)));
    return [
      ...results.flat(),
      ...(await unlikeYaml(named(/^etc\/(?:.*\.ya?ml|etcd\/etcd\.conf)$/), files, directory)),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function writeAt(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  if (path.includes('sudoers.d')) chmodSync(path, 0o440);
}

async function failure(program: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(program, [...args]);
  return code === 0 ? [] : [`${program}: ${stdout}${stderr}`];
}

/** Patroni reads its files with PyYAML: it has to read what the readers of this test read. */
async function unlikeYaml(paths: readonly string[], files: Files, directory: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(PYTHON, ['-c', TO_JSON, ...paths]);
  if (code !== 0) return [stderr];
  const read = JSON.parse(stdout) as unknown[];
  return paths.flatMap((path, at) => {
    const text = files.get(path.slice(directory.length + 1)) ?? '';
    const own = JSON.stringify(parse(text.replaceAll(CURRENT, directory), { version: '1.1' }));
    return own === JSON.stringify(read[at]) ? [] : [`PyYAML reads ${path} otherwise`];
  });
}
