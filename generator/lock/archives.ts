import { access } from 'node:fs/promises';
import { allSuites, type Platform } from '../distributions/distribution.ts';
import { type Environment, runProcess } from '../effects/process.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { Addresses } from './apt-root.ts';
import { lockRules } from './rules.ts';

const FORMAT = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(LABEL)';
/** Labels of the archives in their Release files. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['debian', 'Debian'],
  ['debian-security', 'Debian-Security'],
]);

/**
 * The addresses of the platform's archives: PIGSTY_MIRROR_<ARCHIVE> in the environment, otherwise the address in the
 * inventory (added archives), otherwise the address in this machine's apt configuration.
 * Diagnostics: lock/no-archive, lock/no-tool.
 */
export async function findArchives(platform: Platform, environment: Environment): Promise<Result<Addresses>> {
  const diagnostics = await missingTools(platform, environment);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const targets = await runProcess('apt-get', ['indextargets', '--format', FORMAT], environment);
  const addresses = new Map<string, string>();
  const own = new Map((platform.sources ?? []).map(({ archive, address }) => [archive, address]));
  for (const archive of [...new Set(allSuites(platform).map((suite) => suite.archive))].sort()) {
    const variable = mirrorVariable(archive);
    const address =
      environment[variable] ||
      own.get(archive) ||
      addressOf(archive, targets.stdout) ||
      (await configuredAddress(archive, environment));
    if (address) addresses.set(archive, address.endsWith('/') ? address : `${address}/`);
    else diagnostics.push(lockRules.noArchive.at(undefined, { archive, variable }));
  }
  return conclude(addresses, diagnostics);
}

/** The configured address of an archive, for machines where apt has not fetched an index yet. */
async function configuredAddress(archive: string, environment: Environment): Promise<string | undefined> {
  const configured = await runProcess('apt-get', ['update', '--print-uris'], environment);
  return addressOf(archive, updateTargets(configured.stdout));
}

/** The output of `apt-get update --print-uris`, which fetches nothing, in the form of `apt-get indextargets`. */
export function updateTargets(output: string): string {
  const addresses = output.matchAll(/^'(\S+?)\/dists\/(\S+)\/InRelease'/gm);
  return [...addresses].map(([, address, suite]) => `${address}/|${suite}|main|`).join('\n');
}

/** `PIGSTY_MIRROR_DEBIAN_SECURITY` for `debian-security`. */
export function mirrorVariable(archive: string): string {
  return `PIGSTY_MIRROR_${archive.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Finds the address of an archive in lines of the form `address|suite|component|label`: by the label, or, if no Release
 * file has been fetched yet, by the end of the address.
 */
export function addressOf(archive: string, targets: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split('|'));
  const found = rows.find(([address, , component, label]) => {
    if (component !== 'main' || !address) return false;
    if (label && !label.startsWith('$(')) return label === LABELS.get(archive);
    return new URL(address).pathname.replace(/\/+$/, '').endsWith(`/${archive}`);
  });
  return found?.[0];
}

async function missingTools(platform: Platform, environment: Environment): Promise<Diagnostic[]> {
  const missing: Diagnostic[] = [];
  const apt = await runProcess('apt-get', ['--version'], environment);
  if (apt.status !== 0) missing.push(lockRules.noTool.at(undefined, { program: 'apt-get', package: 'apt' }));
  try {
    await access(platform.keyring);
  } catch {
    missing.push(
      lockRules.noTool.at(undefined, { program: platform.keyring, package: 'debian-archive-keyring' }),
    );
  }
  return missing;
}
