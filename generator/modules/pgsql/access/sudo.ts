import type { FilePlan } from '../../../model/plan.ts';
import { linked } from '../../../text/linked.ts';
import type { PgsqlMember } from '../members.ts';

const VERBS = ['start', 'stop', 'status', 'reload', 'restart'];
/** The units that the account may control; HAProxy it may only reload. */
const SERVICES = ['patroni', 'pgbouncer', 'vip-manager', 'pgsql-provision', 'pgbackrest-init'];

/** The sudo rights of the database account, `pg_dbsu_sudo` (pigsty.md section 3, pg_dbsu): a file in sudoers.d. */
export function sudoFiles({ settings }: PgsqlMember): FilePlan[] {
  const { pg_dbsu: user, pg_dbsu_sudo: rights } = settings;
  const commands = [
    ...SERVICES.flatMap((service) => VERBS.map((verb) => `/usr/bin/systemctl ${verb} ${service}`)),
    '/usr/bin/systemctl reload haproxy',
    '/usr/bin/systemctl status haproxy',
  ];
  const line = {
    none: undefined,
    limit: `${user} ALL=(root) NOPASSWD: ${commands.join(', ')}`,
    all: `${user} ALL=(ALL) ALL`,
    nopass: `${user} ALL=(ALL) NOPASSWD: ALL`,
  }[rights];
  if (line === undefined) return [];
  return [linked(`/etc/sudoers.d/${user}`, [line], 0o440)];
}
