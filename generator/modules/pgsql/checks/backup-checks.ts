import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
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
  noServer: rule<{ method: string; endpoint: string }>('pgsql/backup-without-server', {
    severity: 'error',
    message: ({ method, endpoint }) =>
      `\`pgbackrest_method: ${method}\`: no host has module MINIO, so nothing serves ${endpoint}`,
    label: () => 'set here',
    help: () => 'use `pgbackrest_method: local`, or describe your own server in `pgbackrest_repo`',
  }),
  backupIsOff: rule<{ parameter: string }>('pgsql/backup-is-off', {
    severity: 'warning',
    message: ({ parameter }) =>
      `\`${parameter}\`: this line makes no backup, because \`pgbackrest_enabled\` is false`,
    label: () => 'ignored',
    help: () => 'remove the line, or `pgbackrest_enabled: false`',
  }),
};

/** The repository of backups, and lines of `node_crontab` and `pg_crontab` that make backups. */
export function checkBackups(member: PgsqlMember, site: Site): Diagnostic[] {
  const { settings, host } = member;
  if (!settings.pgbackrest_enabled) {
    return (['node_crontab', 'pg_crontab'] as const).flatMap((parameter) =>
      settings[parameter].flatMap((line, index) => {
        const written = parameter === 'pg_crontab' ? withAccount(line, settings.pg_dbsu) : line;
        if (backupType(parseCronLine(written)?.command ?? '') === undefined) return [];
        return [rules.backupIsOff.at(host.parameters.place(parameter, [index]), { parameter })];
      }),
    );
  }
  const chosen = chosenRepository(settings);
  if (chosen) {
    const isOwn = host.parameters.place('pgbackrest_repo') !== undefined;
    const isServed = () => site.hosts.some(({ parameters }) => parameters.values.minio_seq !== undefined);
    if (isOwn || chosen.s3_endpoint === undefined || isServed()) return checkRepository(member);
    const words = { method: settings.pgbackrest_method, endpoint: String(chosen.s3_endpoint) };
    return [rules.noServer.at(placeOf(member, 'pgbackrest_method'), words)];
  }
  const known = Object.keys(settings.pgbackrest_repo).join(', ');
  return [
    rules.noRepository.at(placeOf(member, 'pgbackrest_method'), {
      method: settings.pgbackrest_method,
      known,
    }),
  ];
}
