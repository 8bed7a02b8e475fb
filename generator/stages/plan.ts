import { Facts, NodeName, PackageArchive } from '../model/facts.ts';
import { isBuilt, type Module, settingsOf } from '../model/module.ts';
import type { DirectoryPlan, HostPlan, ImageUse, ModuleImage, PlannedHost, SitePlan } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { findClashes, type Part } from './clashes.ts';
import { labelFiles, labelsOf } from './log-labels.ts';
import { findMisplaced } from './misplaced.ts';
import { hostSecrets } from './secrets.ts';
import { systemFiles, systemUnits } from './system-files.ts';

/** The plan of the site; hosts in the order of the site, modules in the order of the registry. */
export function planSite(site: Site, modules: readonly Module[], facts: Facts): SitePlan {
  return {
    site: site.name,
    sources: facts.all(PackageArchive),
    images: iterate(site.hosts, (host) => imagesOf(host, site, modules)),
    hosts: iterate(site.hosts, (host) => [planHost(host, site, modules, facts)]),
    promises: modules.flatMap((module) => module.promise?.(site, facts) ?? []),
  };
}

function iterate<T>(hosts: readonly SiteHost[], make: (host: SiteHost) => readonly T[]): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const host of hosts) yield* make(host);
    },
  };
}

/** The facts that modules share about a site. */
export function gatherFacts(site: Site, modules: readonly Module[]): Facts {
  return new Facts(modules.flatMap((module) => module.offer?.(site) ?? []));
}

/** The plan of one host, its secrets, the conflicts between its modules, and directories at a wrong path. */
export function planHost(host: SiteHost, site: Site, modules: readonly Module[], facts: Facts): PlannedHost {
  const mine = modulesOn(host, modules);
  const parts = mine.map((module): Part => ({ module: module.name, ...module.plan?.(host, site, facts) }));
  const labelsFor = (module: Module | undefined) => labelsOf(module, host, { site, facts });
  const joined = joinParts(
    parts.map((part, index) => ({ ...part, files: labelFiles(part.files ?? [], labelsFor(mine[index])) })),
  );
  const settings = settingsOf(host);
  const system: Part = {
    module: undefined,
    files: systemFiles(joined, labelsFor(undefined)),
    units: systemUnits(),
  };
  const plan: HostPlan = {
    ip: host.ip,
    name: facts.of(NodeName, host.ip)[0]?.name ?? host.ip,
    setsHostName: settings.nodename_overwrite,
    os: settings.node_os,
    timezone: settings.node_timezone,
    ...joined,
    ports: mine.flatMap((module) => module.ports?.(host, site, facts) ?? []),
    images: imagesOf(host, site, modules),
    files: [...joined.files, ...labelFiles(system.files ?? [], labelsFor(undefined))],
    units: [...joined.units, ...(system.units ?? [])],
  };
  return {
    plan,
    secrets: hostSecrets(host, modules),
    clashes: findClashes([...parts, system], host.ip),
    misplaced: findMisplaced(parts, host.ip),
  };
}

function modulesOn(host: SiteHost, modules: readonly Module[]): readonly Module[] {
  return modules.filter((module) => isBuilt(module) && module.isOn(host));
}

function imagesOf(host: SiteHost, site: Site, modules: readonly Module[]): ImageUse[] {
  const images = modulesOn(host, modules).flatMap((module) => module.images?.(host, site) ?? []);
  return uniqueImages(images.map((image) => withPlatform(image, host)));
}

/** All modules' contributions to one host, joined. */
type HostContribution = Required<Omit<Part, 'module'>>;

function joinParts(parts: readonly Part[]): HostContribution {
  return {
    users: unique(
      parts.flatMap((part) => part.users ?? []),
      ({ name }) => name,
    ),
    directories: uniqueDirectories(parts.flatMap((part) => part.directories ?? [])),
    links: unique(
      parts.flatMap((part) => part.links ?? []),
      ({ path }) => path,
    ),
    files: unique(
      parts.flatMap((part) => part.files ?? []),
      ({ path }) => path,
    ),
    units: unique(
      parts.flatMap((part) => part.units ?? []),
      ({ name }) => name,
    ),
    checks: unique(
      parts.flatMap((part) => part.checks ?? []),
      ({ name }) => name,
    ),
    certificates: unique(
      parts.flatMap((part) => part.certificates ?? []),
      ({ name }) => name,
    ),
    sshKeys: unique(
      parts.flatMap((part) => part.sshKeys ?? []),
      ({ name }) => name,
    ),
  };
}

function withPlatform(image: ModuleImage, host: SiteHost): ImageUse {
  const { image_platforms: own, image_platform: fallback } = settingsOf(host);
  return { ...image, platform: image.platform ?? own[image.recipe] ?? fallback };
}

function uniqueImages(images: readonly ImageUse[]): ImageUse[] {
  return unique(images, ({ name }) => name);
}

/** Each key once; {@link findClashes} reports different definitions of one key. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** Parents first, each path once. */
function uniqueDirectories(directories: readonly DirectoryPlan[]): DirectoryPlan[] {
  const byPath = new Map<string, DirectoryPlan>();
  for (const directory of directories)
    byPath.set(directory.path, { ...byPath.get(directory.path), ...directory });
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
