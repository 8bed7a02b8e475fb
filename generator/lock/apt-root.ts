import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allSuites, type Platform } from '../distributions/distribution.ts';
import { hashFile, makeDirectory, writeFileAtomic } from '../effects/files.ts';
import { type Environment, type ProcessResult, runProcess } from '../effects/process.ts';
import { Unreachable } from '../model/brand.ts';
import type { LockedSource, SignedSource } from '../model/lock.ts';
import { sha256Of } from '../text/digest.ts';

/** The base address of each archive, by the archive's name. It ends with a slash. */
export type Addresses = ReadonlyMap<string, string>;

/**
 * A private root for apt: its own sources, lists, caches and status, with the machine's settings for transports. It needs
 * no privileges and does not change the machine's apt.
 */
export type AptRoot = {
  readonly directory: string;
  readonly platform: Platform;
  readonly environment: Environment;
};

/** The machine's `Acquire` settings of what is fetched or trusted. They are not copied; settings of how are. */
const OWN_SETTINGS =
  /^Acquire(::(IndexTargets|Languages|GzipIndexes|Changelogs|ForceHash|Allow\w+|CompressionTypes)\b.*)? /;
const DIRECTORIES = [
  'etc/apt/sources.list.d',
  'etc/apt/preferences.d',
  'etc/apt/apt.conf.d',
  'etc/apt/trusted.gpg.d',
  'var/lib/apt/lists/partial',
  'var/cache/apt/archives/partial',
  'var/lib/dpkg',
  'var/log/apt',
];

/** Creates or updates the root `<cache>/apt/<platform>`; with other suites, it is a separate root. Throws on file system errors. */
export async function openAptRoot(
  cache: string,
  platform: Platform,
  environment: Environment,
): Promise<AptRoot> {
  const directory = join(cache, 'apt', rootName(platform));
  await Promise.all(DIRECTORIES.map((path) => makeDirectory(join(directory, path))));
  await writeFileAtomic(join(directory, 'var/lib/dpkg/status'), '');
  const transports = await machineTransports(environment);
  await writeFileAtomic(join(directory, 'apt.conf'), aptConfiguration(directory, platform, transports));
  return { directory, platform, environment: { ...environment, APT_CONFIG: join(directory, 'apt.conf') } };
}

/** Configures the archives of the root and fetches their signed indexes, if they have changed. */
export async function updateLists(root: AptRoot, addresses: Addresses): Promise<ProcessResult> {
  const { architecture, suites, lenders = [], keyring, sources = [] } = root.platform;
  const lines = [...suites, ...lenders].map(({ archive, suite, component }) => {
    const address = addresses.get(archive) ?? '';
    return `deb [arch=${architecture} signed-by=${keyring}] ${address} ${suite} ${component}\n`;
  });
  const stanzas = sources.map((source) => stanza(source, addresses, architecture));
  await writeFileAtomic(join(root.directory, 'etc/apt/sources.list'), lines.join(''));
  await writeFileAtomic(join(root.directory, 'etc/apt/sources.list.d/added.sources'), stanzas.join('\n'));
  return runLocked(root, 'apt-get', ['-qq', '-o', 'APT::Update::Error-Mode=any', 'update']);
}

/** Contains the key itself, because the path of a key must not contain spaces (sources.list(5), "deb822-style format"). */
function stanza(
  { archive, suite, component, key }: SignedSource,
  addresses: Addresses,
  architecture: string,
): string {
  const lines = key
    .trim()
    .split(/\r?\n/)
    .map((line) => ` ${line.trim() || '.'}\n`);
  return [
    'Types: deb\n',
    `URIs: ${addresses.get(archive)}\n`,
    `Suites: ${suite}\n`,
    component === '' ? '' : `Components: ${component}\n`,
    `Architectures: ${architecture}\n`,
    'Signed-By:\n',
    ...lines,
  ].join('');
}

function rootName({ name, lenders = [], sources = [] }: Platform): string {
  const more = [...lenders, ...sources];
  if (more.length === 0) return name;
  const digest = sha256Of(JSON.stringify(more));
  return `${name}-${digest.slice(0, 8)}`;
}

/** Runs one of apt's programs in the root. */
export function runApt(root: AptRoot, program: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess(program, args, root.environment);
}

/** Runs a program that writes to the root; one at a time on this machine (flock(1), util-linux). */
export function runLocked(root: AptRoot, program: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess('flock', [join(root.directory, 'lock'), program, ...args], root.environment);
}

/** The fetched indexes: the archive, and the sha256 of its InRelease or Release file. */
export async function readSources(root: AptRoot, addresses: Addresses): Promise<LockedSource[]> {
  const lists = join(root.directory, 'var/lib/apt/lists');
  const names = await readdir(lists);
  const files = await releaseFiles(root);
  return Promise.all(
    allSuites(root.platform).map(async ({ archive, suite, component }) => {
      const path = component === '' ? '' : `dists/${suite}/`;
      const name = files.get(new URL(`${addresses.get(archive)}${path}InRelease`).href) ?? '';
      // An archive may have Release with a detached signature instead of InRelease.
      const file = [name, name.replace(/InRelease$/, 'Release')].find((one) => names.includes(one));
      if (file === undefined) throw new Unreachable(`apt keeps no Release file of ${archive} ${suite}`);
      return { archive, suite, component, release: await hashFile(join(lists, file)) };
    }),
  );
}

/** The address of each InRelease and the name of its file in apt's lists; also for suites without packages. */
async function releaseFiles(root: AptRoot): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runApt(root, 'apt-get', ['update', '--print-uris']);
  const lines = stdout.matchAll(/^'(\S+\/InRelease)' (\S+)/gm);
  return new Map([...lines].map(([, address = '', file = '']) => [new URL(address).href, file]));
}

/** The machine's settings for proxies, certificates, timeouts and so on (apt-config(8)). */
async function machineTransports(environment: Environment): Promise<string> {
  const dump = await runProcess('apt-config', ['dump'], environment);
  return dump.stdout
    .split('\n')
    .filter((line) => line.startsWith('Acquire') && !OWN_SETTINGS.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

/** apt.conf(5). apt reads APT_CONFIG first; its `Dir` excludes the machine's other configuration files. */
function aptConfiguration(directory: string, { architecture }: Platform, transports: string): string {
  return [
    transports,
    `Dir "${directory}";`,
    `Dir::State::status "${directory}/var/lib/dpkg/status";`,
    'Dir::Cache::pkgcache "";',
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Sandbox::User "";',
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    'Acquire::Languages "none";',
    'Acquire::ForceHash "SHA256";',
    'Acquire::AllowInsecureRepositories "false";',
    'Acquire::IndexTargets::deb::DEP-11 { DefaultEnabled "false"; };',
    '',
  ].join('\n');
}
