import type { Contribution } from '../../../model/module.ts';
import type { FilePlan } from '../../../model/plan.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import type { PgsqlMember } from '../members.ts';
import { clusterDirectory, onHost } from '../paths.ts';

const SCRIPT = 'etc/pgsql/journal.py';
const UNIT = 'pgsql-journal.service';

/** A service that copies new lines of log files into the journal. */
export function journalContribution(member: PgsqlMember, image: string): Contribution {
  const { settings, instance } = member;
  if (!settings.journal_enabled) return {};
  const user = settings.pg_dbsu;
  const directories = [...new Set(sourcesOf(member).map(({ directory }) => directory))];
  const outer = directories.filter((path) => onHost(member, path) === path);
  const root = clusterDirectory(member);
  const view = {
    root: { $image: image },
    ...{ user, instance, clusterDirectory: root },
    mounts: [root, ...outer].join(' '),
    binds: [`${root}:/pg`, ...outer].join(' '),
  };
  const script: FilePlan = {
    path: SCRIPT,
    mode: 0o644,
    group: user,
    source: { kind: 'template', template: 'pgsql/journal.py.ejs', view: { sources: sourcesOf(member) } },
  };
  return {
    files: [script, unitFile(UNIT, `pgsql/${UNIT}.ejs`, view)],
    units: [unitPlan(UNIT, { image, restartOn: [SCRIPT] })],
  };
}

type Source = {
  readonly directory: string;
  readonly pattern: string;
  readonly reader: 'csv' | 'line';
  readonly identifier: string;
};

/** The *.log of PostgreSQL's collector have what other programs print, such as archive commands. */
function sourcesOf({ settings }: PgsqlMember): Source[] {
  const { pg_log_dir, patroni_log_dir, pgbackrest_log_dir, pgbouncer_log_dir } = settings;
  return [
    { directory: pg_log_dir, pattern: '.*[.]csv', reader: 'csv', identifier: 'postgres' },
    { directory: pg_log_dir, pattern: 'postgresql-.*[.]log', reader: 'line', identifier: 'postgres' },
    {
      directory: patroni_log_dir,
      pattern: 'patroni[.]log([.][0-9]+)?',
      reader: 'line',
      identifier: 'patroni',
    },
    // With a log file, it writes nothing to standard error.
    { directory: pgbouncer_log_dir, pattern: 'pgbouncer[.]log', reader: 'line', identifier: 'pgbouncer' },
    { directory: pgbackrest_log_dir, pattern: '.*[.]log', reader: 'line', identifier: 'pgbackrest' },
  ];
}
