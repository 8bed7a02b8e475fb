import { dashboardOf } from '../../generator/modules/infra/grafana/dashboard.ts';
import type {
  Dashboard,
  DashboardPanel,
  FieldConfig,
  FieldOverride,
  Target,
} from '../../generator/modules/infra/grafana/schema.ts';
import { ALL_PAGES } from './all-pages.ts';

/** All pages as Grafana reads them: their JSON, parsed again. */
export const DASHBOARDS: readonly Dashboard[] = ALL_PAGES.map((page) => {
  const written = dashboardOf({ page, pages: ALL_PAGES, console: 'https://h.pigsty/console' });
  return JSON.parse(JSON.stringify(written));
});

/** The panels of a dashboard, those of closed rows too, without the rows. */
export function panelsOf({ panels = [] }: Dashboard): readonly DashboardPanel[] {
  return panels.flatMap((one) => (isRow(one) ? one.panels : [one]));
}

/** The panels of each closed row. */
export function closedRows({ panels = [] }: Dashboard): readonly (readonly DashboardPanel[])[] {
  return panels.flatMap((one) => (isRow(one) && one.collapsed ? [one.panels] : []));
}

type Panels = NonNullable<Dashboard['panels']>;

function isRow(panel: Panels[number]): panel is Extract<Panels[number], { readonly type: 'row' }> {
  return panel.type === 'row';
}

/** The queries of a panel; all are of Prometheus. */
export function targetsOf({ targets = [] }: DashboardPanel): readonly Target[] {
  return targets.filter((one): one is Target => 'expr' in one);
}

/** The links of a panel's values: of all fields, and of single columns. */
export function urlsOf({ fieldConfig }: DashboardPanel): readonly string[] {
  const columns = (fieldConfig?.overrides ?? []).flatMap((one) => linksIn(one));
  return [...(fieldConfig?.defaults.links ?? []), ...columns].flatMap(({ url }) => url ?? []);
}

function linksIn({ properties }: FieldOverride): NonNullable<FieldConfig['links']> {
  const value = properties.find(({ id }) => id === 'links')?.value;
  return Array.isArray(value) ? value : [];
}
