import { join } from 'node:path';
import type { Platform } from '../distributions/distribution.ts';
import { writeFileAtomic } from '../effects/files.ts';
import { freeBytes } from '../effects/free-space.ts';
import { conclude, type Diagnostic, type Result, succeed } from '../model/diagnostic.ts';
import type { ImageRequest, PackageRequest } from '../model/lock.ts';
import { nearestName } from '../text/nearest.ts';
import { allowPackages, replacedPackages } from './allowed-packages.ts';
import { type Addresses, type AptRoot, openAptRoot, readSources, runApt, updateLists } from './apt-root.ts';
import { findArchives } from './archives.ts';
import { lockRules } from './rules.ts';
import type { Solution, SolveOptions } from './solver.ts';
import {
  absentStatus,
  aptErrors,
  parseCandidates,
  parsePrintUris,
  type SolvedPackage,
} from './solver-output.ts';

/** Space for one platform's indexes, compressed and uncompressed (60 MB in Debian 13). On a full disk apt's downloader can hang. */
const INDEX_BYTES = 80_000_000;
const SERVER = /^postgresql(-client)?-\d+$/;

/** Runs apt's solver in a private root. apt verifies the signature of InRelease and the checksum of each index. */
export async function solveWithApt(
  platform: Platform,
  requests: readonly ImageRequest[],
  options: SolveOptions,
): Promise<Result<Solution>> {
  const addresses = await findArchives(platform, options.environment);
  if (!addresses.ok) return addresses;
  if ((await freeBytes(options.cache)) < INDEX_BYTES)
    return { ok: false, diagnostics: [lockRules.diskFull.at(undefined, { directory: options.cache })] };
  const root = await openAptRoot(options.cache, platform, options.environment);
  const update = await updateLists(root, addresses.value);
  if (update.status !== 0) return unreachable(platform, aptErrors(update.stderr));
  await allowPackages(root, addresses.value);
  options.advance(`index of ${platform.name}`);
  const missing = await findMissing(root, requests);
  if (missing.length > 0) return { ok: false, diagnostics: missing };
  const solved = await Promise.all(
    requests.map(async (request) => {
      const closure = await solve(root, request, addresses.value);
      options.advance(request.name);
      return { request, closure };
    }),
  );
  const failures = solved.flatMap(({ closure }) => closure.diagnostics);
  const closures = solved.map(({ request, closure }) => ({
    request,
    packages: closure.ok ? closure.value : [],
  }));
  const all = closures.flatMap(({ packages }) => packages);
  const replaced = await replacedPackages(root, addresses.value, all);
  return conclude({ sources: await readSources(root, addresses.value), closures }, [
    ...failures,
    ...replaced,
  ]);
}

/** The closure of one image, starting from a system on which only the absent packages are installed. */
async function solve(
  root: AptRoot,
  request: ImageRequest,
  addresses: Addresses,
): Promise<Result<SolvedPackage[]>> {
  const status = join(root.directory, 'var/lib/dpkg', `status-${request.name}`);
  await writeFileAtomic(status, absentStatus(request.absent, root.platform.architecture));
  const names = request.packages.map((one) => one.name);
  const args = [
    '-o',
    `Dir::State::status=${status}`,
    'install',
    '--print-uris',
    '-q',
    '--assume-yes',
    '--',
    ...names,
  ];
  const output = await runApt(root, 'apt-get', args);
  if (output.status === 0) return succeed(parsePrintUris(output.stdout, addresses));
  const reason = aptErrors(`${output.stderr}\n${unmetDependencies(output.stdout)}`);
  return { ok: false, diagnostics: [lockRules.solverFailed.at(undefined, { image: request.name, reason })] };
}

/** apt explains unmet dependencies on its standard output, indented, as ` a : Depends: b but …`. */
function unmetDependencies(stdout: string): string {
  const lines = stdout.split('\n').filter((line) => /^ \S+ : \S+: /.test(line));
  return lines.map((line) => `E: ${line.trim().replaceAll(/\s+/g, ' ')}`).join('\n');
}

/** A diagnostic for each requested package that no source has. */
async function findMissing(root: AptRoot, requests: readonly ImageRequest[]): Promise<Diagnostic[]> {
  const names = [...new Set(requests.flatMap((one) => one.packages.map(({ name }) => name)))].sort();
  const policy = await runApt(root, 'apt-cache', ['policy', '--', ...names]);
  const candidates = parseCandidates(policy.stdout);
  if (names.every((name) => candidates.has(name))) return [];
  const available = await realPackages(root);
  return requests.flatMap((request) =>
    request.packages
      .filter(({ name }) => !candidates.has(name) && !isOfMissingServer(name, candidates))
      .map((one) => notFound(root.platform, request.name, one, available)),
  );
}

/** True for packages of a major version whose server is missing: one diagnostic, of the server, is enough. */
function isOfMissingServer(name: string, candidates: ReadonlySet<string>): boolean {
  const [server] = /^postgresql-\d+(?=-)/.exec(name) ?? [];
  return server !== undefined && !candidates.has(server);
}

async function realPackages(root: AptRoot): Promise<string[]> {
  const all = await runApt(root, 'apt-cache', ['dumpavail']);
  return all.stdout.split('\n').flatMap((line) => (line.startsWith('Package: ') ? [line.slice(9)] : []));
}

function notFound(
  platform: Platform,
  image: string,
  request: PackageRequest,
  available: readonly string[],
): Diagnostic {
  const { name, askedBy, place } = request;
  if (SERVER.test(name)) {
    const versions = available.flatMap((one) => /^postgresql-(\d+)$/.exec(one)?.[1] ?? []);
    const args = {
      name,
      image,
      askedBy,
      platform: platform.name,
      versions: [...new Set(versions)].sort().join(', '),
    };
    return lockRules.pgVersionNotFound.at(place, args);
  }
  // A lender has single packages of other images.
  const sources = [...platform.suites, ...(platform.sources ?? [])]
    .map(({ archive, suite, component }) => (component === '' ? archive : `${suite}/${component}`))
    .join(', ');
  return lockRules.packageNotFound.at(place, {
    name,
    image,
    askedBy,
    sources,
    nearest: nearestName(name, available.filter((one) => one[0] === name[0]).sort()),
  });
}

function unreachable(platform: Platform, reason: string): Result<never> {
  return {
    ok: false,
    diagnostics: [lockRules.sourceUnreachable.at(undefined, { platform: platform.name, reason })],
  };
}
