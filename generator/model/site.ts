import type { HostIp } from './brand.ts';
import type { Value } from './inventory.ts';
import type { Locate, Origin, Path, Place } from './origin.ts';

/** A value that the inventory gives a parameter, or its default. */
export type Setting = { readonly value: Value; readonly origin: Origin };

/** The resolved parameters of one host with their origins. */
export type Parameters = {
  /**
   * Every parameter with a value, in the form its schema gives it. What the inventory sets are own properties; defaults
   * are inherited.
   */
  readonly values: Readonly<Record<string, Value>>;
  origin(name: string): Origin;
  /** The place where a parameter is set, or of the item at `path` inside its value; undefined for a default. */
  place(name: string, path?: Path, part?: 'key' | 'value'): Place | undefined;
  /** All values of a parameter as written, in order of precedence; its default, if it has one, is last. */
  chain(name: string): readonly Setting[];
};

export type SiteHost = {
  readonly ip: HostIp;
  readonly locate: Locate;
  /** Its key in the group where it has this parameter: a host may be in groups of several modules. */
  keyWith(parameter: string): Place;
  /** Sorted names of the groups the host is in. */
  readonly groups: readonly string[];
  readonly parameters: Parameters;
};

/** What one inventory describes: its hosts, by address, with all parameters resolved. */
export type Site = {
  readonly name: string;
  readonly inventoryFile: string;
  readonly hosts: readonly SiteHost[];
  /** Texts of the files that parameters name (`Module.files`), by the name as written; without files that do not exist. */
  readonly files: ReadonlyMap<string, string>;
  /** The sha256 of the inventory and of these files: equal for equal input. */
  digest(): string;
};

/** A site whose files may not have been read yet. */
export type SiteHosts = Omit<Site, 'files' | 'digest'>;

/** `host 10.10.10.10`, `host 10.10.10.10 and 2 others`, for messages; `some` where they were not counted. */
export function hostsText(ip: string, others: number | 'some'): string {
  if (others === 0) return `host ${ip}`;
  if (others === 'some') return `host ${ip} and others`;
  return `host ${ip} and ${others} ${others === 1 ? 'other' : 'others'}`;
}
