import type { HostIp } from './brand.ts';
import type { Locate, Path } from './origin.ts';

/** Plain data as PyYAML 1.1 reads it; dates stay text. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** One `name: value` of a vars block. */
export type Variable = {
  readonly name: string;
  readonly value: Value;
  readonly locate: Locate;
  /** The text, as in the file, of the unquoted scalar at `path`; undefined for anything else. */
  readonly written: (path?: Path) => string | undefined;
};

export type Vars = ReadonlyMap<string, Variable>;

/** A host in one group; it may be in several groups, each time with its own variables. */
export type InventoryHost = {
  readonly ip: HostIp;
  readonly locate: Locate;
  readonly group: string;
  readonly vars: Vars;
};

export type InventoryGroup = {
  readonly name: string;
  /** Groups that contain it, without `all`. */
  readonly parents: readonly string[];
  readonly vars: Vars;
};

/** The inventory as written: a tree of groups below `all`. Only repeated groups are merged. */
export type Inventory = {
  readonly file: string;
  readonly groups: readonly InventoryGroup[];
  /** In the order of the file. */
  readonly hosts: readonly InventoryHost[];
  /** Of `all`. */
  readonly vars: Vars;
};
