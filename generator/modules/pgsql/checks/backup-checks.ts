import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { backupType, parseCronLine } from '../../../text/calendar.ts';
import { chosenRepository } from '../backup/backup.ts';
import { type PgsqlMember, placeOf } from '../members.ts';

const rules = {
  noRepository: rule<{ method: string; known: string }>('pgsql/no-backup-repository', {
    severity: 'error',
    message: ({ method }) => `\`pgbackrest_method: ${method}\` names no entry of \`pgbackrest_repo\``,
    help: ({ known }) => `defined are: ${known}`,
  }),
  backupIsOff: rule<{ line: string }>('pgsql/backup-is-off', {
    severity: 'warning',
    message: ({ line }) => `\`node_crontab\`: \`${line}\` takes no backup: \`pgbackrest_enabled\` is false`,
    label: () => 'left out',
  }),
};

/** Whether backups have somewhere to go, and whether lines of `node_crontab` that take them do. */
export function checkBackups(member: PgsqlMember): Diagnostic[] {
  const { settings, host } = member;
  if (!settings.pgbackrest_enabled) {
    return settings.node_crontab.flatMap((line, index) =>
      backupType(parseCronLine(line)?.command ?? '') === undefined
        ? []
        : [rules.backupIsOff.at(host.parameters.place('node_crontab', [index]), { line })],
    );
  }
  if (chosenRepository(settings)) return [];
  const known = Object.keys(settings.pgbackrest_repo).join(', ');
  return [
    rules.noRepository.at(placeOf(member, 'pgbackrest_method'), {
      method: settings.pgbackrest_method,
      known,
    }),
  ];
}
