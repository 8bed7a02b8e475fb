import type { HostIp } from './brand.ts';
import type { Locate } from './origin.ts';

/** Plain data as PyYAML 1.1 reads it; dates stay the text they were written as. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** One `name: value` of a vars block. */
export type Variable = { readonly name: string; readonly value: Value; readonly locate: Locate };

export type Vars = ReadonlyMap<string, Variable>;

export type InventoryHost = { readonly ip: HostIp; readonly locate: Locate; readonly vars: Vars };

export type InventoryGroup = {
  readonly name: string;
  readonly locate: Locate;
  readonly hosts: readonly InventoryHost[];
  readonly vars: Vars;
};

/** The inventory as written: `all.children.<group>.{hosts,vars}` and `all.vars`. Nothing is merged yet. */
export type Inventory = {
  readonly file: string;
  readonly groups: readonly InventoryGroup[];
  readonly vars: Vars;
};
