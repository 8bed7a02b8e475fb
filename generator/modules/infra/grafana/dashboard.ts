import type { Page, Panel, Section } from '../../../model/dashboard.ts';
import { type PageContext, pageLinks, TAG } from './links.ts';
import { formOf } from './panels.ts';
import { variableOf } from './query.ts';
import {
  type Dashboard,
  type DashboardPanel,
  type DashboardRow,
  PROMETHEUS,
  SCHEMA_VERSION,
} from './schema.ts';

/** Pages of the model have twelve columns, those of Grafana 24. */
const COLUMNS = 24;
/** Rows of Grafana's grid; one has 30 pixels. */
const HEIGHTS: Readonly<Record<Panel['kind'], number>> = {
  stat: 4,
  timeseries: 8,
  table: 10,
  states: 7,
  bars: 8,
  alerts: 9,
  logs: 4,
};

/** A page as a dashboard of Grafana: its address is `/d/<id of the page>`. */
export function dashboardOf(context: PageContext): Dashboard {
  const { page } = context;
  return {
    uid: page.id,
    title: page.title,
    description: page.about,
    tags: [TAG, page.group],
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    timezone: 'browser',
    // One line through all charts.
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    links: pageLinks(context),
    templating: { list: page.variables.map(variableOf) },
    annotations: { list: [] },
    panels: panelsOf(page, context),
  };
}

function panelsOf({ sections }: Page, context: PageContext): (DashboardPanel | DashboardRow)[] {
  const placed: (DashboardPanel | DashboardRow)[] = [];
  let [id, y] = [1, 0];
  for (const section of sections) {
    const { panels, end } = placePanels(section, y + 1, id + 1, context);
    const row = { type: 'row', id, title: section.title, gridPos: { x: 0, y, w: COLUMNS, h: 1 } } as const;
    const isClosed = section.closed ?? false;
    // The panels of a closed row are in it, those of an open one follow it.
    placed.push({ ...row, collapsed: isClosed, panels: isClosed ? panels : [] }, ...(isClosed ? [] : panels));
    id += panels.length + 1;
    y = isClosed ? y + 1 : end;
  }
  return placed;
}

/** From left to right; a panel that does not fit begins a new line. */
function placePanels(section: Section, top: number, firstId: number, context: PageContext) {
  let [x, y, height] = [0, top, 0];
  const panels = section.panels.map((panel, index): DashboardPanel => {
    const w = panel.width * 2;
    if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
    const gridPos = { x, y, w, h: HEIGHTS[panel.kind] };
    x += w;
    height = Math.max(height, gridPos.h);
    return panelOf(panel, { id: firstId + index, gridPos }, context);
  });
  return { panels, end: y + height };
}

function panelOf(
  panel: Panel,
  place: Pick<DashboardPanel, 'id' | 'gridPos'>,
  context: PageContext,
): DashboardPanel {
  const { type, uid } = PROMETHEUS;
  return {
    ...place,
    title: panel.title,
    ...(panel.help !== undefined && { description: panel.help }),
    datasource: { type, uid },
    ...formOf(panel, context),
  };
}
