import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { readSite } from '../compile.ts';
import { rule } from '../diagnostics/rule.ts';
import { readTextIfExists, writeFileAtomic } from '../effects/files.ts';
import { operatorKeys } from '../effects/operator-keys.ts';
import { blueprintNames, packageRoot } from '../effects/package-root.ts';
import { fromBlueprint } from '../init/from-blueprint.ts';
import type { HostIp } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';
import { inventorySchema } from '../modules/inventory-schema.ts';
import { PublicKey } from '../modules/node/schemas.ts';
import { isHostIp } from '../text/address.ts';
import { siteNameOf } from './inventory-file.ts';
import { type CommonOptions, Run } from './run.ts';
import { schemaText } from './schema.ts';

export type InitFlags = CommonOptions & { readonly hosts?: string; readonly output: string };

const rules = {
  noBlueprint: rule<{ name: string; known: readonly string[] }>('init/no-blueprint', {
    severity: 'error',
    message: ({ name }) => `blueprint \`${name}\` not found`,
    help: ({ known }) => `blueprints: ${known.join(', ')}`,
  }),
  hosts: rule<{ name: string; expected: number; given: number }>('init/hosts', {
    severity: 'error',
    message: ({ name, expected, given }) =>
      `blueprint ${name} needs ${expected} host${expected === 1 ? '' : 's'}, but --hosts names ${given}`,
    help: ({ expected }) => `give their addresses: --hosts ${Array(expected).fill('<ipv4>').join(',')}`,
  }),
  address: rule<{ text: string }>('init/address', {
    severity: 'error',
    message: ({ text }) => `\`${text}\` is not an IPv4 address`,
  }),
  twice: rule<{ text: string }>('init/address-twice', {
    severity: 'error',
    message: ({ text }) => `address ${text} is given twice`,
  }),
  exists: rule<{ file: string }>('init/exists', {
    severity: 'error',
    message: ({ file }) => `${file} already exists and is not changed`,
    help: () => 'name another file with -o',
  }),
};

/** `pigsty init BLUEPRINT`: an inventory with the user's addresses and ssh keys and with new passwords, in mode 0600. */
export async function runInit(blueprint: string, flags: InitFlags): Promise<void> {
  const run = new Run(flags);
  const folder = join(packageRoot, 'blueprints');
  const text = run.unwrap(await readBlueprint(folder, blueprint));
  const site = run.unwrap(readSite(text, flags.output, blueprint));
  const hosts = run.unwrap(readHosts(blueprint, site.hosts.length, flags.hosts));
  run.unwrap(siteNameOf(flags.output));
  const file = run.unwrap(freeName(flags.output));
  const schema = file.replace(/(\.ya?ml)?$/, '.schema.json');
  const keys = (await operatorKeys()).filter((key) => PublicKey.safeParse(key).success);
  const options = { hosts, blueprint, file: relative('.', file), schema: basename(schema), keys, password };
  await writeFileAtomic(file, fromBlueprint(text, site, options), 0o600);
  await writeFileAtomic(schema, schemaText(inventorySchema()), 0o644);
  await ignoreSecrets(file);
  run.print(
    flags.json
      ? JSON.stringify({ apiVersion: 'pigsty.io/v1', kind: 'InitSummary', inventory: file, schema, keys })
      : [
          `inventory  ${file}`,
          `schema     ${schema}`,
          ...(keys.length > 0 ? [`keys       ${keys.length} from ~/.ssh, for administrators`] : []),
        ].join('\n'),
  );
}

/** Adds to .gitignore, beside the inventory, what builds of it write: keys, and bundles with secrets. */
async function ignoreSecrets(inventory: string): Promise<void> {
  const file = join(dirname(inventory), '.gitignore');
  const kept = (await readTextIfExists(file)) ?? '';
  const stem = basename(inventory).replace(/\.ya?ml$/, '');
  const missing = [`/${stem}.pki/`, '/out/', '*.tar'].filter((line) => !kept.split('\n').includes(line));
  if (missing.length === 0) return;
  const before = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`;
  await writeFileAtomic(file, `${before}${missing.join('\n')}\n`, 0o644);
}

async function readBlueprint(folder: string, name: string): Promise<Result<string>> {
  const known = blueprintNames();
  if (!known.includes(name))
    return { ok: false, diagnostics: [rules.noBlueprint.at(undefined, { name, known })] };
  return succeed(await readFile(join(folder, `${name}.yml`), 'utf8'));
}

function readHosts(name: string, expected: number, list = ''): Result<readonly HostIp[]> {
  const given = list.split(',').flatMap((text) => text.trim() || []);
  const hosts = given.filter(isHostIp);
  const found: Diagnostic[] = [
    ...given.filter((text) => !isHostIp(text)).map((text) => rules.address.at(undefined, { text })),
    ...hosts
      .filter((ip, index) => hosts.indexOf(ip) < index)
      .map((text) => rules.twice.at(undefined, { text })),
  ];
  if (given.length !== expected)
    found.push(rules.hosts.at(undefined, { name, expected, given: given.length }));
  return found.length > 0 ? { ok: false, diagnostics: found } : succeed(hosts);
}

function freeName(file: string): Result<string> {
  return existsSync(file)
    ? { ok: false, diagnostics: [rules.exists.at(undefined, { file })] }
    : succeed(file);
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const CHARACTERS = `${LETTERS}23456789`;

/** 24 letters and digits without similar ones (0 and O, 1 and l): 137 bits; they need no quoting in any format. */
function password(): string {
  const pick = (from: string) => from.charAt(randomInt(from.length));
  return pick(LETTERS) + Array.from({ length: 23 }, () => pick(CHARACTERS)).join('');
}
