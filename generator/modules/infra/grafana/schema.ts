import type * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';

/*
 * Grafana's own types of its JSON (docs/decisions/grafana.md). They are types alone: nothing of the SDK is in the command.
 */

/** The JSON of a type of the SDK: enumerations are their texts, and methods are not there. */
export type Json<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends readonly (infer Item)[]
      ? readonly Json<Item>[]
      : T extends object
        ? { readonly [Key in keyof T as T[Key] extends () => void ? never : Key]: Json<T[Key]> }
        : T;

export type Dashboard = Json<dashboard.Dashboard>;
export type DashboardPanel = Json<dashboard.Panel>;
export type DashboardRow = Json<dashboard.RowPanel>;
export type Variable = Json<dashboard.VariableModel>;
export type FieldConfig = Json<dashboard.FieldConfig>;
export type FieldOverride = Json<dashboard.FieldConfigSource>['overrides'][number];
export type Link = Json<dashboard.DashboardLink>;
export type Threshold = Json<dashboard.Threshold>;
export type Mapping = Json<dashboard.ValueMap>;
export type Target = Json<prometheus.Dataquery>;
export type CellOptions = Json<common.TableCellOptions>;

/** The schema of Grafana 12 and 13. */
export const SCHEMA_VERSION = 42;

/** Pigsty's identifier of the data source. */
export const PROMETHEUS = { type: 'prometheus', uid: 'ds-prometheus', name: 'Prometheus' } as const;
