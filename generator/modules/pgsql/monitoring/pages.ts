import type { Page } from '../../../model/dashboard.ts';
import { backupPage } from './backup-page.ts';
import { clusterPage } from './cluster-page.ts';
import { databasePage } from './database-page.ts';
import { instancePage } from './instance-page.ts';
import { persistPage } from './persist-page.ts';
import { poolPage } from './pool-page.ts';
import { queryPage } from './query-page.ts';
import { replicationPage } from './replication-page.ts';
import { sessionPage } from './session-page.ts';
import { tablePage } from './table-page.ts';

/** The pages about PostgreSQL and what belongs to it, from the cluster down to a statement. */
export const PGSQL_PAGES: readonly Page[] = [
  clusterPage,
  instancePage,
  databasePage,
  tablePage,
  queryPage,
  sessionPage,
  replicationPage,
  poolPage,
  backupPage,
  persistPage,
];
