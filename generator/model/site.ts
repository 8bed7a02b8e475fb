import type { HostIp } from './brand.ts';
import type { Value } from './inventory.ts';
import type { Locate, Origin, Path, Place } from './origin.ts';

/** A value that a parameter was given somewhere, or its default. */
export type Setting = { readonly value: Value; readonly origin: Origin };

/** The resolved parameters of one host, and where each came from. */
export type Parameters = {
  /** Every parameter with a value, defaults included, in the form its schema gives it. */
  readonly values: Readonly<Record<string, Value>>;
  origin(name: string): Origin;
  /** The place of a parameter as set, or of what `path` names inside it; undefined for a default. */
  place(name: string, path?: Path, part?: 'key' | 'value'): Place | undefined;
  /** Every value that was given, as written; the one that holds first, the default last where there is one. */
  chain(name: string): readonly Setting[];
};

export type SiteHost = {
  readonly ip: HostIp;
  readonly locate: Locate;
  /** Sorted names of the groups the host is in. */
  readonly groups: readonly string[];
  readonly parameters: Parameters;
};

/** What one inventory means: its hosts, by address, with every parameter resolved. */
export type Site = {
  readonly name: string;
  readonly inventoryFile: string;
  readonly hosts: readonly SiteHost[];
  /** Texts of the files that parameters name (`Module.files`), by the name as written; what is not there is not in it. */
  readonly files: ReadonlyMap<string, string>;
};
