import type { Diagnostic } from './diagnostic.ts';
import type { Facts } from './facts.ts';
import type { ModuleName, ParameterTable } from './parameter.ts';
import type { HostPlan, PortUse, SitePromise } from './plan.ts';
import type { Secrets } from './secret.ts';
import type { Site, SiteHost } from './site.ts';

/** What one module adds to the plan of one host. */
export type Contribution = Partial<
  Pick<
    HostPlan,
    'images' | 'users' | 'directories' | 'links' | 'files' | 'units' | 'checks' | 'certificates' | 'sshKeys'
  >
>;

/** A module: its parameters, its rules, what it tells others, and what it adds to a host. All pure. */
export type Module = {
  readonly name: ModuleName;
  readonly parameters: ParameterTable;
  /** Names of the files beside the inventory that its parameters name. */
  files?(site: Site): readonly string[];
  check(site: Site): readonly Diagnostic[];
  offer(site: Site): Partial<Facts>;
  /** The ports that its units listen on. */
  ports(host: SiteHost, site: Site, facts: Facts): readonly PortUse[];
  /** The secrets that this module's part of the host's plan refers to, by name. */
  secrets(host: SiteHost): Secrets;
  plan(host: SiteHost, site: Site, facts: Facts): Contribution;
  /** What its clusters promise; modules without clusters have none. */
  promise?(site: Site, facts: Facts): readonly SitePromise[];
};

/**
 * The values of a host under the type that the module's parameter table gives them. The one place where the plain
 * data of a site becomes typed: `resolve` has checked every value against the schema that the type is inferred from.
 */
export function settingsOf<T>(host: SiteHost): T {
  return host.parameters.values as T;
}
