import type { HostIp } from './brand.ts';
import type { Place } from './origin.ts';

/** Plain data as PyYAML 1.1 reads it; dates are kept as `YYYY-MM-DD` text. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** One `name: value` of a vars block. `places` maps a path inside the value (`0.password`) to its place. */
export type Variable = {
  readonly name: string;
  readonly value: Value;
  readonly keyPlace: Place;
  readonly place: Place;
  readonly places: ReadonlyMap<string, Place>;
};

export type Vars = ReadonlyMap<string, Variable>;

export type InventoryHost = { readonly ip: HostIp; readonly place: Place; readonly vars: Vars };

export type InventoryGroup = {
  readonly name: string;
  readonly place: Place;
  readonly hosts: readonly InventoryHost[];
  readonly vars: Vars;
};

/** The inventory as written: `all.children.<group>.{hosts,vars}` and `all.vars`. Nothing is merged yet. */
export type Inventory = {
  readonly file: string;
  readonly groups: readonly InventoryGroup[];
  readonly vars: Vars;
};
