import type { RuleGroup } from '../../../model/monitoring.ts';
import { alertGroup } from '../../../text/alerting.ts';
import { backupAlerts } from './backup-alerts.ts';
import { clusterAlerts } from './cluster-alerts.ts';
import type { PgsqlLimits } from './limits.ts';
import { serverAlerts } from './server-alerts.ts';
import { sessionAlerts } from './session-alerts.ts';

/** Alerts about PostgreSQL, Patroni, pgbouncer and backups (monitoring.md, section 1.5). */
export function pgsqlAlerts(limits: PgsqlLimits): RuleGroup[] {
  return [
    alertGroup('pgsql-server-alerts', 'pgsql', serverAlerts(limits)),
    alertGroup('pgsql-cluster-alerts', 'pgsql', clusterAlerts(limits)),
    alertGroup('pgsql-session-alerts', 'pgsql', sessionAlerts()),
    alertGroup('pgsql-backup-alerts', 'pgsql', backupAlerts(limits)),
  ];
}
