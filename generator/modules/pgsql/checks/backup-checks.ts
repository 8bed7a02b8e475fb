import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { backupType, parseCronLine, withAccount } from '../../../text/calendar.ts';
import { chosenRepository } from '../backup/backup.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { checkRepository } from './repository-checks.ts';

const rules = {
  noRepository: rule<{ method: string; known: string }>('pgsql/no-backup-repository', {
    severity: 'error',
    message: ({ method }) => `\`pgbackrest_method: ${method}\` is not an entry of \`pgbackrest_repo\``,
    help: ({ known }) => `entries: ${known}`,
  }),
  backupIsOff: rule<{ parameter: string; line: string }>('pgsql/backup-is-off', {
    severity: 'warning',
    message: ({ parameter, line }) =>
      `\`${parameter}\`: \`${line}\` makes no backup because \`pgbackrest_enabled\` is false`,
    label: () => 'ignored',
  }),
};

/** The repository of backups, and lines of `node_crontab` and `pg_crontab` that make backups. */
export function checkBackups(member: PgsqlMember): Diagnostic[] {
  const { settings, host } = member;
  if (!settings.pgbackrest_enabled) {
    return (['node_crontab', 'pg_crontab'] as const).flatMap((parameter) =>
      settings[parameter].flatMap((line, index) => {
        const written = parameter === 'pg_crontab' ? withAccount(line, settings.pg_dbsu) : line;
        if (backupType(parseCronLine(written)?.command ?? '') === undefined) return [];
        return [rules.backupIsOff.at(host.parameters.place(parameter, [index]), { parameter, line })];
      }),
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
