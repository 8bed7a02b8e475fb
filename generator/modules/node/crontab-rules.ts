import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site } from '../../model/site.ts';
import { backupType, type CronLine, parseCronLine } from '../../text/calendar.ts';
import { nearestName } from '../../text/nearest.ts';
import { isSystemAccount } from '../schemas.ts';
import { crontabLines, type WrittenLine } from './crontab.ts';

const rules = {
  crontab: rule<{ parameter: WrittenLine['parameter']; problem: string }>('node/crontab-line', {
    severity: 'error',
    message: ({ parameter, problem }) => `\`${parameter}\`: this line ${problem}`,
    label: () => 'this line',
    help: ({ parameter }) =>
      parameter === 'node_crontab'
        ? 'five fields, an account and a command, as in /etc/crontab: `30 2 * * * root fstrim -a`'
        : 'five fields and a command, which runs as `pg_dbsu`: `30 2 * * * vacuumdb -a`',
  }),
  account: rule<{ account: string; ip: string; nearest: string | undefined }>('node/crontab-account', {
    severity: 'warning',
    message: ({ account, ip }) =>
      `\`node_crontab\`: no account ${account} is declared for host ${ip}; without it, the job does not run`,
    label: () => 'this line',
    help: ({ nearest }) =>
      nearest
        ? `did you mean ${nearest}?`
        : 'name root, `node_admin_username`, or `pg_dbsu` on hosts of a cluster',
  }),
  script: rule<{ parameter: WrittenLine['parameter']; names: readonly string[] }>('node/script-not-found', {
    severity: 'notice',
    message: ({ parameter, names }) => `\`${parameter}\`: not found on nodes: ${names.join(', ')}`,
    label: () => 'called here',
    help: () => 'nodes do not have the scripts of Pigsty: call a program, as `psql` or `vacuumdb`',
  }),
};

/** Each line once, however many hosts have it. */
export function checkCrontabs({ hosts }: Site): Diagnostic[] {
  const seen = new Set<string>();
  return hosts.flatMap((host) => {
    const settings = settingsOf(host);
    const { pg_cluster: cluster } = settings;
    return crontabLines(settings).flatMap(({ parameter, index, line }) => {
      // The backups of a cluster are made by module PGSQL.
      const key = `${parameter}\0${line}\0${cluster === undefined}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const place = host.parameters.place(parameter, [index]);
      const problem = crontabProblem(line);
      if (problem) return [rules.crontab.at(place, { parameter, problem })];
      const parsed = parseCronLine(line);
      const names = missingScripts(parsed, cluster !== undefined);
      const unknown = parsed && unknownAccount(parsed.user, settings);
      return [
        ...(unknown ? [rules.account.at(place, { ip: host.ip, ...unknown })] : []),
        ...(names.length > 0 ? [rules.script.at(place, { parameter, names })] : []),
      ];
    });
  });
}

function crontabProblem(line: string): string | undefined {
  if (/^\s*(?:#.*)?$/.test(line)) return undefined;
  if (/^\s*\w+\s*=/.test(line)) return 'sets a variable: write it into the command';
  const parsed = parseCronLine(line);
  if (!parsed) return 'is not a valid crontab line';
  if (!ACCOUNT.test(parsed.user)) return `has no account before the command: ${parsed.user} is none`;
  if (parsed.command.startsWith('-')) return `has no command, or no account before it: ${parsed.user}`;
  if (/\p{Cc}/u.test(parsed.command)) return 'has a tab or another control character in its command';
  return /(?<!\\)%/.test(parsed.command)
    ? 'gives the command input after a `%`: write `\\%`, or use a file'
    : undefined;
}

/** An account that neither the inventory nor every distribution has. */
function unknownAccount(account: string, settings: Settings) {
  const {
    node_admin_enabled: hasAdmin,
    node_admin_username: admin,
    pg_cluster: cluster,
    pg_dbsu: dbsu,
  } = settings;
  const known = ['root', ...(hasAdmin ? [admin] : []), ...(cluster === undefined ? [] : [dbsu])];
  if (known.includes(account) || isSystemAccount(account)) return undefined;
  return { account, nearest: nearestName(account, known) };
}

/** Names of accounts as useradd(8) and directory services allow them. */
const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/** Pigsty's scripts: in /pg/bin (pigsty.md section 3, PGSQL, step pg_util), and those of its own directory. */
const SCRIPT = /(?<![\w./-])(?:\/pg\/bin\/[\w.-]+|(?!\/etc\/|\/var\/)[\w./~-]*\/pigsty\/[\w./-]+)/g;
const SCRIPT_NAME =
  /(?<![\w./-])(?:pg-(?:analyze|backup|badger|basebackup|cluster|failover-callback|fsck|heartbeat|pass-add|pitr|repack|restore|role|tune-hugepage|vacuum)|pgb-user)(?![\w.-])/g;

function missingScripts(line: CronLine | undefined, hasCluster: boolean): string[] {
  if (!line || (hasCluster && backupType(line.command))) return [];
  const found = [SCRIPT, SCRIPT_NAME].flatMap((form) => line.command.match(form) ?? []);
  return [...new Set(found)];
}
