import type * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type * as common from '@grafana/grafana-foundation-sdk/common';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as text from '@grafana/grafana-foundation-sdk/text';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { assertNever } from '../../../model/brand.ts';
import type {
  AlertsPanel,
  BarsPanel,
  Panel,
  StatesPanel,
  StatPanel,
  TimeSeriesPanel,
} from '../../../model/dashboard.ts';
import { type PageContext, seriesLabel, valueLinks } from './links.ts';
import { isColored, lineLookOf, lookOf, mappingOf, scaled } from './look.ts';
import { refIdOf, targetOf } from './query.ts';
import type { DashboardPanel, FieldConfig, Json } from './schema.ts';
import { PROMETHEUS } from './schema.ts';
import { tableForm } from './table.ts';

/** What a panel of a page is in Grafana, but for its place and its number. */
export type PanelForm = Pick<
  DashboardPanel,
  'type' | 'targets' | 'options' | 'fieldConfig' | 'transformations'
>;

/** Only panels that are a part of Grafana. */
export function formOf(panel: Panel, context: PageContext): PanelForm {
  switch (panel.kind) {
    case 'stat':
      return statForm(panel, context);
    case 'timeseries':
      return timeSeriesForm(panel, context);
    case 'table':
      return tableForm(panel, context);
    case 'states':
      return statesForm(panel, context);
    case 'bars':
      return barsForm(panel, context);
    case 'alerts':
      return alertsForm(panel);
    case 'logs':
      return logsForm(context);
    default:
      return assertNever(panel);
  }
}

function statForm(panel: StatPanel, context: PageContext): PanelForm {
  const { expression, label, trend = false } = panel;
  const options: Json<stat.Options> = {
    graphMode: trend ? 'area' : 'none',
    colorMode: isColored(panel) ? 'value' : 'none',
    justifyMode: 'auto',
    textMode: label === undefined ? 'value' : 'name',
    wideLayout: false,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
    reduceOptions: LAST,
    orientation: 'auto',
  };
  const target = targetOf('A', scaled(expression, panel.unit), {
    isInstant: !trend,
    ...(label !== undefined && { legendFormat: `{{${label}}}` }),
  });
  return { type: 'stat', targets: [target], options, fieldConfig: fields(lookOf(panel), panel, context) };
}

const LAST: Json<common.ReduceDataOptions> = { calcs: ['lastNotNull'], values: false, fields: '' };

function timeSeriesForm(panel: TimeSeriesPanel, context: PageContext): PanelForm {
  const options: Json<timeseries.Options> = {
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
  const custom: Json<timeseries.FieldConfig> = {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: panel.stacked ? 30 : 0,
    showPoints: 'never',
    stacking: { mode: panel.stacked ? 'normal' : 'none', group: 'A' },
  };
  const targets = panel.series.map(({ expression, legend }, index) =>
    targetOf(refIdOf(index), scaled(expression, panel.unit), { legendFormat: legend }),
  );
  const look = { ...lineLookOf(panel.unit, panel.max), custom };
  return { type: 'timeseries', targets, options, fieldConfig: fields(look, panel, context) };
}

function statesForm(panel: StatesPanel, context: PageContext): PanelForm {
  const options: Json<statetimeline.Options> = {
    showValue: 'auto',
    rowHeight: 0.9,
    mergeValues: true,
    alignValue: 'left',
    legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'single', sort: 'none' },
  };
  const custom: Json<statetimeline.FieldConfig> = { lineWidth: 0, fillOpacity: 70 };
  const target = targetOf('A', panel.expression, { legendFormat: panel.legend });
  const look: FieldConfig = { mappings: [mappingOf(panel.texts)], color: { mode: 'thresholds' }, custom };
  return {
    type: 'state-timeline',
    targets: [target],
    options,
    fieldConfig: fields(look, panel, context),
  };
}

/** Prometheus keeps the order of a sorted answer. */
function barsForm(panel: BarsPanel, context: PageContext): PanelForm {
  const options: Json<bargauge.Options> = {
    displayMode: 'basic',
    valueMode: 'color',
    namePlacement: 'left',
    showUnfilled: true,
    sizing: 'auto',
    minVizWidth: 8,
    minVizHeight: 16,
    maxVizHeight: 300,
    legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    reduceOptions: LAST,
    orientation: 'horizontal',
  };
  const { expression, limit } = panel;
  const shown = limit === undefined ? expression : `topk(${limit}, ${expression})`;
  const target = targetOf('A', `sort_desc(${scaled(shown, panel.unit)})`, {
    isInstant: true,
    legendFormat: panel.legend,
  });
  const look = { ...lookOf(panel), min: 0, ...(panel.max !== undefined && { max: panel.max }) };
  return { type: 'bargauge', targets: [target], options, fieldConfig: fields(look, panel, context) };
}

/** Alerts of Prometheus: Grafana reads its rules, and has none itself. */
function alertsForm({ labels }: AlertsPanel): PanelForm {
  const matchers = Object.entries(labels).map(([label, value]) => {
    const variable = /^\$(\w+)$/.exec(value)?.[1];
    return variable === undefined ? `${label}="${value}"` : `${label}=~"\${${variable}:regex}"`;
  });
  return {
    type: 'alertlist',
    options: {
      viewMode: 'list',
      groupMode: 'default',
      groupBy: [],
      maxItems: 200,
      // By importance.
      sortOrder: 3,
      dashboardAlerts: false,
      alertName: '',
      alertInstanceLabelFilter: matchers.length > 0 ? `{${matchers.join(',')}}` : '',
      datasource: PROMETHEUS.name,
      stateFilter: {
        firing: true,
        pending: true,
        recovering: true,
        noData: false,
        normal: false,
        error: true,
      },
    },
  };
}

/** The journal has no data source in Grafana: a link to the same page of the console. */
function logsForm({ page, console }: PageContext): PanelForm {
  const fixed = page.variables.filter((one) => one.kind === 'label' && one.choose === 'one');
  const query = fixed.map(({ name }) => `var-${name}=\${${name}:percentencode}`).join('&');
  const address = `${console}/#/${page.id}${query && `?${query}`}`;
  const options: Json<text.Options> = {
    mode: 'markdown',
    content: `The lines are in the journal of the infra hosts. [Read them in the console](${address}).`,
  };
  return { type: 'text', options };
}

function fields(look: FieldConfig, { link }: Pick<StatPanel, 'link'>, context: PageContext) {
  const links = valueLinks(link, context, seriesLabel(context));
  return { defaults: { ...look, ...(links && { links }) }, overrides: [] };
}
