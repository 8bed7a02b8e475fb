import type { PageVariable } from '../../../model/dashboard.ts';
import { anyOf, oneOf } from '../../../model/panels.ts';

/*
 * What the pages of this module have in common: a cluster, and then one of its instances or all of them. These are parts of
 * selectors; the console fills in the variables.
 */

export const GROUP = 'PostgreSQL';

export const CLUSTER = 'cls="$cls"';
export const INSTANCE = 'cls="$cls",ins="$ins"';
export const INSTANCES = 'cls="$cls",ins=~"${ins:regex}"';
export const DATABASES = 'cls="$cls",ins=~"${ins:regex}",datname=~"${datname:regex}"';

export const clusterVariable: PageVariable = oneOf('cls', 'Cluster', 'pg_up');
export const instanceVariable: PageVariable = oneOf('ins', 'Instance', 'pg_up{cls="$cls"}');
export const anyInstance: PageVariable = anyOf('ins', 'Instance', 'pg_up{cls="$cls"}');
export const anyDatabase: PageVariable = anyOf(
  'datname',
  'Database',
  'pg_db_xact_commit{cls="$cls",ins=~"${ins:regex}"}',
);
