import type { Page } from '../../../model/dashboard.ts';
import { alertsPage, logsPage } from './alerts-page.ts';
import { infraPage } from './infra-page.ts';
import { overviewPage } from './overview-page.ts';

/** The pages about the whole site and about the monitoring centre. */
export const INFRA_PAGES: readonly Page[] = [overviewPage, alertsPage, logsPage, infraPage];
