import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { isMd5Verifier, isVerifier } from '../../../text/password.ts';
import { type HbaContext, hbaContext } from '../access/hba/context.ts';
import { type HbaSource, hbaGroups } from '../access/hba/groups.ts';
import { matchesUser, rolesOf } from '../access/hba/verdict.ts';
import { allUsers, passwordOrigin, systemPassword } from '../access/users.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import type { User } from '../params/schemas.ts';
import { eachPresent } from '../present.ts';

const rules = {
  hash: rule<{ parameter: string; reader: string }>('pgsql/hash-for-password', {
    severity: 'error',
    message: ({ parameter, reader }) =>
      `\`${parameter}\` is a hash, but ${reader} needs the password itself to log in`,
    label: () => 'set here',
    help: () => 'give the password itself',
  }),
  system: rule<{ user: string; parameter: string }>('pgsql/two-passwords', {
    severity: 'error',
    message: ({ user, parameter }) =>
      `user \`${user}\` has one password here and another in \`${parameter}\`, with which programs of the cluster log in`,
    label: () => 'set here',
    help: ({ parameter }) => `leave the password out here, or set the same in \`${parameter}\``,
  }),
  md5: rule<{ user: string; servers: readonly string[]; isHash: boolean; isFixed: boolean }>(
    'pgsql/md5-under-scram',
    {
      severity: 'warning',
      message: ({ user, servers, isHash }) =>
        `user \`${user}\` cannot log in where HBA rules of ${servers.join(' and ')} ask for SCRAM: its password ${isHash ? 'is an md5 hash' : 'is stored as md5'}`,
      label: () => 'md5',
      help: ({ isHash, isFixed }) => {
        const password = isHash ? 'give the password itself' : 'set `pg_pwd_enc: scram-sha-256`';
        return isFixed
          ? `${password}, or change \`auth\` of these rules to md5`
          : `${password}, or set \`pg_pwd_enc: md5\`: rules with \`auth: pwd\` and \`auth: ssl\` then ask for md5`;
      },
    },
  ),
};

type Server = HbaContext['target'];

/** Passwords in a form with which nobody can log in. */
export function checkPasswords(member: PgsqlMember, site: Site): Diagnostic[] {
  const servers: readonly Server[] = member.settings.pgbouncer_enabled
    ? ['postgres', 'pgbouncer']
    : ['postgres'];
  const contexts = servers.map((server) => hbaContext(server, member, site));
  const refused = [...checkHashes(member), ...checkSystemUsers(member)];
  return refused.length > 0
    ? refused
    : allUsers(member.settings).flatMap((user) => checkPassword(user, member, contexts));
}

/** Patroni and pgbouncer log in with these passwords. */
function checkHashes(member: PgsqlMember): Diagnostic[] {
  const { settings } = member;
  const readers = [
    ['pg_replication_password', 'Patroni'],
    ...(settings.pgbouncer_auth_query ? [['pg_monitor_password', 'pgbouncer'] as const] : []),
  ] as const;
  return readers.flatMap(([parameter, reader]) =>
    isVerifier(settings[parameter]) ? [rules.hash.at(placeOf(member, parameter), { parameter, reader })] : [],
  );
}

/** System users may also be in a list of users, with roles and settings. A hash is not compared. */
function checkSystemUsers({ settings, host }: PgsqlMember): Diagnostic[] {
  return eachPresent(settings.pg_users, (user, index) => {
    const system = systemPassword(user.name, settings);
    const { password } = user;
    if (!system || password === undefined || password === system.text || isVerifier(password)) return [];
    const place = host.parameters.place('pg_users', [index, 'password']);
    return [rules.system.at(place, { user: user.name, parameter: system.parameter })];
  });
}

/** SCRAM needs a SCRAM secret (PostgreSQL manual, "Password Authentication"). */
function checkPassword(user: User, member: PgsqlMember, contexts: readonly HbaContext[]): Diagnostic[] {
  if (user.login === false || (user.password !== undefined && !isStoredAsMd5(user.password, member)))
    return [];
  const password = passwordOrigin(user, member.settings);
  if (!password || !isStoredAsMd5(password.text, member)) return [];
  const isHash = isMd5Verifier(password.text);
  const asking = contexts
    .filter(({ target }) => target === 'postgres' || user.pgbouncer === true)
    .flatMap((context) => [...scramRules(user.name, context)]);
  const [first] = asking;
  if (!first) return [];
  const words = {
    user: user.name,
    servers: [...new Set(asking.map(({ server }) => server))],
    isHash,
    isFixed: asking.some((one) => one.isFixed),
  };
  const { place } = first;
  const note = { message: `rule: ${first.title}`, ...(place && { place }) };
  return [rules.md5.at(member.host.parameters.place(password.parameter, password.path), words, [note])];
}

function isStoredAsMd5(password: string, { settings }: PgsqlMember): boolean {
  return isMd5Verifier(password) || (settings.pg_pwd_enc === 'md5' && !isVerifier(password));
}

type ScramRule = {
  readonly server: Server;
  readonly title: string;
  /** The rule names SCRAM itself: `pg_pwd_enc` does not change it. */
  readonly isFixed: boolean;
  readonly place: Place | undefined;
};

function* scramRules(user: string, context: HbaContext): Generator<ScramRule> {
  const { target: server, member } = context;
  const roles = rolesOf(user, context);
  for (const { source, records } of hbaGroups(context)) {
    const asks = records.some(
      ({ line }) =>
        line?.method === 'scram-sha-256' &&
        line.users.some((word) => matchesUser(word, user, (role) => roles.has(role))),
    );
    if (!asks) continue;
    const place =
      source.index === undefined ? undefined : member.host.parameters.place(source.parameter, [source.index]);
    yield { server, title: source.title ?? source.parameter, isFixed: isFixed(source, member), place };
  }
}

function isFixed({ parameter, index }: HbaSource, { settings }: PgsqlMember): boolean {
  if (parameter === 'pg_shard' || index === undefined) return true;
  const { auth = 'pwd', rules: raw } = settings[parameter][index] ?? {};
  return raw !== undefined || !['pwd', 'ssl'].includes(auth);
}
