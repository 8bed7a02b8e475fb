import type { HostIp } from './brand.ts';
import type { Value } from './inventory.ts';
import type { Origin, Place } from './origin.ts';
import type { ModuleName } from './parameter.ts';

/** Resolved parameters of one host: every known name has its value, and every value its origin. */
export type Parameters = {
  readonly values: Readonly<Record<string, Value>>;
  readonly origins: ReadonlyMap<string, Origin>;
  /** The place of a value, or of something inside it (`path` as in `0.password`); the nearest known one. */
  placeOf(name: string, ...path: readonly (string | number)[]): Place | undefined;
};

export type SiteHost = {
  readonly ip: HostIp;
  readonly place: Place;
  readonly groups: readonly string[];
  readonly parameters: Parameters;
};

/** A module's use of a host: the members of `pg-test`, of `etcd` … */
export type Member = {
  readonly module: ModuleName;
  readonly cluster: string;
  readonly host: SiteHost;
  readonly sequence: number;
  /** `<cluster>-<sequence>` */
  readonly instance: string;
};

/** What one inventory means: its hosts by address, every parameter resolved, clusters found by variable equality. */
export type Site = {
  readonly name: string;
  readonly inventoryFile: string;
  readonly hosts: readonly SiteHost[];
  readonly members: readonly Member[];
};
