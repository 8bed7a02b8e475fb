import type { FilePlan } from '../../model/plan.ts';
import type { SecretRef } from '../../model/secret.ts';
import type { Settings } from '../../model/settings.ts';

/*
 * The users of the portal. Passwords are hashed for nginx by crypt(5), which its module asks. Without users in the inventory
 * there is one with a generated password, which root of an infra host can read.
 */
export const USERS = 'etc/nginx/users';
const GENERATED = 'etc/nginx/admin.password';
const ADMIN = 'admin';
/** The name of the generated secret. */
const SECRET = 'nginx_users';

export function hasGeneratedUser({ nginx_users }: Settings): boolean {
  return Object.keys(nginx_users).length === 0;
}

export function userFiles(settings: Settings): FilePlan[] {
  const users: FilePlan = {
    path: USERS,
    mode: 0o640,
    group: 'nginx',
    source: { kind: 'template', template: 'infra/users.ejs', view: { users: usersOf(settings) } },
  };
  if (!hasGeneratedUser(settings)) return [users];
  const lines: SecretRef[] = [{ $secret: SECRET, as: 'derived' }];
  return [users, { path: GENERATED, mode: 0o640, group: 'root', source: { kind: 'text', lines } }];
}

/** A user with the hash of its password: view of units/infra/users.ejs. */
type PortalUser = { readonly name: string; readonly hash: SecretRef };

function usersOf(settings: Settings): PortalUser[] {
  if (hasGeneratedUser(settings))
    return [{ name: ADMIN, hash: { $secret: SECRET, as: 'derived-crypt', user: ADMIN } }];
  return Object.keys(settings.nginx_users).map((name) => ({
    name,
    hash: { $secret: `nginx_users.${name}`, as: 'crypt', user: name },
  }));
}
