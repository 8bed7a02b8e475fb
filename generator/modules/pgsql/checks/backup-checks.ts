import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { backupType, parseCronLine } from '../../../text/calendar.ts';
import { chosenRepository } from '../backup/backup.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { checkRepository } from './repository-checks.ts';

const rules = {
  noRepository: rule<{ method: string; known: string }>('pgsql/no-backup-repository', {
    severity: 'error',
    message: ({ method }) => `\`pgbackrest_method: ${method}\` is not an entry of \`pgbackrest_repo\``,
    help: ({ known }) => `entries: ${known}`,
  }),
  backupIsOff: rule<{ line: string }>('pgsql/backup-is-off', {
    severity: 'warning',
    message: ({ line }) =>
      `\`node_crontab\`: \`${line}\` makes no backup because \`pgbackrest_enabled\` is false`,
    label: () => 'ignored',
  }),
};

/** The repository of backups, and lines of `node_crontab` that make backups. */
export function checkBackups(member: PgsqlMember): Diagnostic[] {
  const { settings, host } = member;
  if (!settings.pgbackrest_enabled) {
    return settings.node_crontab.flatMap((line, index) =>
      backupType(parseCronLine(line)?.command ?? '') === undefined
        ? []
        : [rules.backupIsOff.at(host.parameters.place('node_crontab', [index]), { line })],
    );
  }
  if (chosenRepository(settings)) return checkRepository(member);
  const known = Object.keys(settings.pgbackrest_repo).join(', ');
  return [
    rules.noRepository.at(placeOf(member, 'pgbackrest_method'), {
      method: settings.pgbackrest_method,
      known,
    }),
  ];
}
