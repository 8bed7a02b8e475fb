import type { BuildRecord } from './build-record.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Facts, Offer } from './facts.ts';
import type { Parameter, ParameterTable } from './parameter.ts';
import type { HostPlan, ModuleImage, PortUse, SitePromise } from './plan.ts';
import type { Settings } from './settings.ts';
import type { Site, SiteHost, SiteHosts } from './site.ts';

/** What one module adds to the plan of one host. */
export type Contribution = Partial<
  Pick<
    HostPlan,
    'users' | 'directories' | 'links' | 'files' | 'units' | 'checks' | 'certificates' | 'sshKeys'
  >
>;

/** What a module has on one host. `keys` is where its cluster has its keys in the configuration store. */
export type Instance = {
  readonly instance: string;
  readonly cluster?: string | undefined;
  readonly keys?: string | undefined;
};

/** The cluster and instance of a host's part of a module, as Pigsty's labels `cls` and `ins`. */
export type Labels = { readonly cls: string; readonly ins: string };

/**
 * A module: its parameters, its checks, the facts that it offers, and what it adds to a host. All functions are pure. A
 * module without `plan` is checked but not built.
 */
export type Module = {
  readonly name: string;
  readonly parameters: ParameterTable;
  /** The recipes of images/ that it uses. */
  readonly recipes?: readonly string[];
  /** Whether the host has this module. Its secrets, images, ports and plan are used on those hosts only. */
  isOn(host: SiteHost): boolean;
  /**
   * Whether its part of this host reads a parameter that has secrets; without it, all of its own. For modules that are not alike on
   * all hosts.
   */
  readsSecret?(host: SiteHost, parameter: string): boolean;
  /** Names of the files beside the inventory that its parameters name, or that its record has. */
  files?(site: SiteHosts): readonly string[];
  /** What a build of the site leaves beside the inventory for the next one. */
  record?(site: Site): BuildRecord | undefined;
  /** What it has on a host; for modules that are not alike on all hosts. */
  instance?(host: SiteHost, site: SiteHosts): Instance | undefined;
  /** What its lines and metrics are labelled with; without it, its instance, and without that, the node. */
  labels?(host: SiteHost, site: Site): Labels | undefined;
  check?(site: Site): readonly Diagnostic[];
  offer?(site: Site): readonly Offer[];
  images?(host: SiteHost, site: Site): readonly ModuleImage[];
  /** The ports that its units listen on. */
  ports?(host: SiteHost, site: Site, facts: Facts): readonly PortUse[];
  plan?(host: SiteHost, site: Site, facts: Facts): Contribution;
  /** The promises of its clusters; modules without clusters have none. */
  promise?(site: Site, facts: Facts): readonly SitePromise[];
};

/** A module from its parameter rows and functions; functions that it does not need are left out. */
export function defineModule({ rows, ...module }: ModuleDefinition): Module {
  return { ...module, parameters: { module: module.name, rows } };
}

type ModuleDefinition = Omit<Module, 'parameters'> & { readonly rows: readonly Parameter[] };

/** True for modules that this version builds. */
export function isBuilt(module: Module): boolean {
  return module.plan !== undefined;
}

/**
 * The values of a host with the types of the parameter tables. This is the only place where the plain data of a site
 * becomes typed: `resolve` has checked every value against the schema that its type is inferred from.
 */
export function settingsOf(host: SiteHost): Settings {
  return typed(host.parameters.values);
}

function typed<T>(values: SiteHost['parameters']['values']): T {
  return values as T;
}
