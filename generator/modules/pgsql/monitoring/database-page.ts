import type { Page } from '../../../model/dashboard.ts';
import { chart, column, labelColumn, linkTo, page, section, steps, table } from '../../../model/panels.ts';
import { anyDatabase, anyInstance, clusterVariable, DATABASES, GROUP } from './scope.ts';

const toDatabase = { link: linkTo('pgsql-table', 'cls', 'ins', 'datname') };

export const databasePage: Page = page('pgsql-database', 'Databases', {
  group: GROUP,
  order: 102,
  about: 'How large and how busy are the databases?',
  variables: [clusterVariable, anyInstance, anyDatabase],
  sections: [
    section(
      'Databases',
      table(
        'Databases',
        ['ins', 'datname'],
        [
          labelColumn('Database', 'datname', linkTo('pgsql-table', 'cls', 'ins', 'datname')),
          labelColumn('Instance', 'ins', linkTo('pgsql-instance', 'cls', 'ins')),
          column('Size', `pg_size_bytes{${DATABASES}}`, 'bytes'),
          column('Commits', `pg:db:xact_commit_rate1m{${DATABASES}}`, 'perSecond'),
          column('Rollbacks', `pg:db:xact_rollback_rate1m{${DATABASES}}`, 'perSecond'),
          column('Connections', `pg:db:conn_usage{${DATABASES}}`, 'ratio', {
            bar: 1,
            steps: steps(0.7, 0.9),
          }),
          column('In buffers', `pg:db:blks_hit_ratio1m{${DATABASES}}`, 'ratio', { bar: 1 }),
          column('XID age', `pg:db:age{${DATABASES}}`, 'ratio', { bar: 1, steps: steps(0.5, 0.8) }),
          column('Bad checksums', `pg_db_cks_fails{${DATABASES}}`, 'none', {
            steps: [{ from: 1, level: 'bad' }],
          }),
          column('Conflicts', `increase(pg_db_conflicts{${DATABASES}}[1h])`),
        ],
        { rows: `pg_db_xact_commit{${DATABASES}}`, sort: '-Commits' },
      ),
    ),
    section(
      'Activity',
      chart(
        'Transactions',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:xact_total_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Rows changed',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:tup_modified_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Rows fetched',
        'perSecond',
        { '{{ins}} {{datname}}': `pg:db:tup_fetched_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart('Backends', 'none', { '{{ins}} {{datname}}': `pg_db_numbackends{${DATABASES}}` }, toDatabase),
      chart('Locks', 'none', { '{{ins}} {{datname}}': `pg:db:lock_count{${DATABASES}}` }, toDatabase),
      chart(
        'Found in shared buffers',
        'ratio',
        { '{{ins}} {{datname}}': `pg:db:blks_hit_ratio1m{${DATABASES}}` },
        { max: 1, ...toDatabase },
      ),
      chart(
        'Time in active sessions',
        'none',
        { '{{ins}} {{datname}}': `pg:db:active_time_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Time idle in transaction',
        'none',
        { '{{ins}} {{datname}}': `pg:db:ixact_time_rate1m{${DATABASES}}` },
        toDatabase,
      ),
      chart(
        'Temporary files',
        'bytesPerSecond',
        { '{{ins}} {{datname}}': `rate(pg_db_temp_bytes{${DATABASES}}[5m])` },
        toDatabase,
      ),
    ),
  ],
});
