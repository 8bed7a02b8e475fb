import { Unreachable } from '../model/brand.ts';
import type { Facts } from '../model/facts.ts';
import { type Contribution, type Module, settingsOf } from '../model/module.ts';
import type { DirectoryPlan, HostPlan, ImageUse, SitePlan } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { systemFiles, systemUnits } from './system-files.ts';

/** What every host has to be, as nouns; hosts and modules in the order of the site and of the registry. */
export function plan(site: Site, modules: readonly Module[], facts: Facts): SitePlan {
  return {
    site: site.name,
    sources: facts.packageSources,
    hosts: {
      *[Symbol.iterator]() {
        for (const host of site.hosts) yield planHost(host, site, modules, facts);
      },
    },
    promises: modules.flatMap((module) => module.promise?.(site, facts) ?? []),
  };
}

/** What modules tell each other of a site. */
export function gatherFacts(site: Site, modules: readonly Module[]): Facts {
  const none: Facts = {
    etcdEndpoints: [],
    etcdElectionSeconds: 0,
    infraIps: [],
    packageSources: [],
    proxyServices: new Map(),
    nodeNames: new Map(),
  };
  return Object.assign(none, ...modules.map((module) => module.offer(site)));
}

type HostNames = {
  readonly nodename_overwrite: boolean;
  readonly node_os: string;
  readonly image_platform: string;
  readonly node_timezone: string;
};

/** What one host has to be. */
export function planHost(host: SiteHost, site: Site, modules: readonly Module[], facts: Facts): HostPlan {
  const all = merge(modules.map((module) => module.plan(host, site, facts)));
  const settings = settingsOf<HostNames>(host);
  const name = facts.nodeNames.get(host.ip) ?? host.ip;
  const system = systemFiles(all);
  return {
    ip: host.ip,
    name,
    setsHostName: settings.nodename_overwrite,
    os: settings.node_os,
    platform: settings.image_platform,
    timezone: settings.node_timezone,
    ...all,
    ports: modules.flatMap((module) => module.ports(host, site, facts)),
    images: uniqueImages(all.images),
    directories: uniqueDirectories(all.directories),
    files: [...all.files, ...system],
    units: [...all.units, ...systemUnits()],
  };
}

/** All modules' contributions to one host, joined. */
export type Joined = Required<Contribution>;

function merge(parts: readonly Contribution[]): Joined {
  return {
    images: parts.flatMap((part) => part.images ?? []),
    users: parts.flatMap((part) => part.users ?? []),
    directories: parts.flatMap((part) => part.directories ?? []),
    links: parts.flatMap((part) => part.links ?? []),
    files: parts.flatMap((part) => part.files ?? []),
    units: parts.flatMap((part) => part.units ?? []),
    checks: parts.flatMap((part) => part.checks ?? []),
    certificates: parts.flatMap((part) => part.certificates ?? []),
    sshKeys: parts.flatMap((part) => part.sshKeys ?? []),
  };
}

function uniqueImages(images: readonly ImageUse[]): ImageUse[] {
  return [...new Map(images.map((image) => [image.name, image])).values()];
}

/** Parents first, each path once; two modules that want one path differently are a bug. */
function uniqueDirectories(directories: readonly DirectoryPlan[]): DirectoryPlan[] {
  const byPath = new Map<string, DirectoryPlan>();
  for (const directory of directories) {
    const known = byPath.get(directory.path);
    if (known && (known.mode !== directory.mode || known.owner !== directory.owner)) {
      throw new Unreachable(`two plans for directory ${directory.path}`);
    }
    byPath.set(directory.path, { ...known, ...directory });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
