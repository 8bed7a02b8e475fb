import type { Path } from '../../../model/origin.ts';
import { ownValue } from '../../../model/own-value.ts';
import type { SecretRef } from '../../../model/secret.ts';
import type { User } from '../params/schemas.ts';
import { isPresent } from '../present.ts';
import type { PgsqlSettings } from '../settings.ts';

/** Users that the inventory names to be dropped. */
export function absentUsers(settings: PgsqlSettings): User[] {
  return listedUsers(settings).filter((user) => !isPresent(user));
}

/** Default roles, then business users that are not absent; a business user with the name of a default role replaces it. */
export function allUsers(settings: PgsqlSettings): User[] {
  return listedUsers(settings).filter(isPresent);
}

function listedUsers(settings: PgsqlSettings): User[] {
  const own = new Set(settings.pg_users.map((user) => user.name));
  const renamed = settings.pg_default_roles.map((role) => ({
    ...role,
    name: systemName(role.name, settings),
  }));
  return [...renamed.filter((role) => !own.has(role.name)), ...settings.pg_users];
}

/** System users have a row in pg_default_roles; the inventory may rename them. */
export function systemName(name: string, settings: PgsqlSettings): string {
  const names: Record<string, string> = {
    postgres: settings.pg_dbsu,
    replicator: settings.pg_replication_username,
    dbuser_dba: settings.pg_admin_username,
    dbuser_monitor: settings.pg_monitor_username,
  };
  return ownValue(names, name) ?? name;
}

/** A password, the name of its secret, and the parameter and path that set it. */
type PasswordOrigin = {
  readonly name: string;
  readonly text: string;
  readonly parameter: string;
  readonly path: Path;
};

/** The password of a user; undefined without a password. */
export function passwordOrigin(user: User, settings: PgsqlSettings): PasswordOrigin | undefined {
  return user.password === undefined
    ? systemPassword(user.name, settings)
    : { text: user.password, ...listedPassword(user, settings) };
}

function listedPassword(user: User, settings: PgsqlSettings): Omit<PasswordOrigin, 'text'> {
  const own = settings.pg_users.findIndex(({ name }) => name === user.name);
  const role = settings.pg_default_roles.findIndex(({ name }) => systemName(name, settings) === user.name);
  return own >= 0
    ? { name: `pg_users.${user.name}.password`, parameter: 'pg_users', path: [own, 'password'] }
    : {
        name: `pg_default_roles.${settings.pg_default_roles[role]?.name}.password`,
        parameter: 'pg_default_roles',
        path: [role, 'password'],
      };
}

/** The password that a parameter of its own gives a system user. */
export function systemPassword(user: string, settings: PgsqlSettings): PasswordOrigin | undefined {
  const system: Record<string, [string, string]> = {
    [settings.pg_dbsu]: ['pg_dbsu_password', settings.pg_dbsu_password],
    [settings.pg_replication_username]: ['pg_replication_password', settings.pg_replication_password],
    [settings.pg_admin_username]: ['pg_admin_password', settings.pg_admin_password],
    [settings.pg_monitor_username]: ['pg_monitor_password', settings.pg_monitor_password],
  };
  const [name, text] = ownValue(system, user) ?? [];
  return name && text ? { name, text, parameter: name, path: [] } : undefined;
}

/** The name of a user's secret, a parameter path; undefined without a password. */
export function passwordName(user: User, settings: PgsqlSettings): string | undefined {
  return passwordOrigin(user, settings)?.name;
}

/** The password of a user as verifier; undefined without a password. */
export function passwordSecret(user: User, settings: PgsqlSettings): SecretRef | undefined {
  const name = passwordName(user, settings);
  return name === undefined
    ? undefined
    : { $secret: name, as: 'postgres-verifier', user: user.name, method: settings.pg_pwd_enc };
}
