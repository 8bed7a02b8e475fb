import type { RuleGroup } from '../../../model/monitoring.ts';
import type { Ranges } from '../../../text/recording.ts';
import { activityRules, sizeRules } from './activity-rules.ts';
import { clusterRules, replicationRules, serverRules } from './cluster-rules.ts';
import { databaseRules } from './database-rules.ts';
import { persistenceRules } from './persistence-rules.ts';
import { poolRules } from './pool-rules.ts';
import { pressureRules } from './pressure-rules.ts';

/**
 * The recording rules of PostgreSQL and pgbouncer (monitoring.md, section 1.4). A group computes its rules in their order;
 * what one group reads of another may be one interval old.
 */
export function pgsqlRules(ranges: Ranges): RuleGroup[] {
  return [
    { name: 'pgsql-cluster', rules: [...serverRules(), ...clusterRules(), ...replicationRules(ranges)] },
    { name: 'pgsql-database', rules: databaseRules(ranges) },
    { name: 'pgsql-activity', rules: [...activityRules(), ...sizeRules()] },
    { name: 'pgsql-persistence', rules: persistenceRules(ranges) },
    { name: 'pgbouncer', rules: poolRules(ranges) },
    { name: 'pgsql-pressure', rules: pressureRules() },
  ];
}
