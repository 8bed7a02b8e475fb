import type { Panel } from '../../model/dashboard.ts';
import type { Context, PanelView } from '../context.ts';
import { alertsView } from './alerts.ts';
import { barsView } from './bars.ts';
import { logsView } from './logs.ts';
import { statView } from './stat.ts';
import { statesView } from './states.ts';
import { tableView } from './table.ts';
import { timeSeriesView } from './timeseries.ts';

/** The view of a panel of any kind. */
export function panelView(panel: Panel, context: Context): PanelView {
  switch (panel.kind) {
    case 'stat':
      return statView(panel, context);
    case 'timeseries':
      return timeSeriesView(panel, context);
    case 'table':
      return tableView(panel, context);
    case 'states':
      return statesView(panel, context);
    case 'bars':
      return barsView(panel, context);
    case 'alerts':
      return alertsView(panel, context);
    case 'logs':
      return logsView(panel, context);
  }
}
