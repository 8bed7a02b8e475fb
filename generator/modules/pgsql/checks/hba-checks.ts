import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { isOfServer, isSiteOfClients } from '../../../text/hba-address.ts';
import { type HbaContext, hbaContext } from '../access/hba/context.ts';
import type { PgsqlMember } from '../members.ts';
import { ADDRESS_ALIASES } from '../params/schemas.ts';
import { checkReach } from './hba-reach-checks.ts';
import { checkUnreachableRules } from './hba-shadow-checks.ts';

const rules = {
  trustWorld: rule<{ server: string }>('pgsql/trust-world', {
    severity: 'warning',
    message: ({ server }) => `${server} accepts connections from any address without a password`,
    label: () => '`trust` for all addresses',
    help: () => 'use `auth: ssl` or `auth: pwd`, and the smallest possible `addr`',
  }),
  openWorld: rule<{ server: string }>('pgsql/open-world', {
    severity: 'warning',
    message: ({ server }) => `${server} accepts connections of all users from any address, without TLS`,
    label: () => 'all users, all addresses',
    help: () => 'name the users, use `auth: ssl`, or use a smaller `addr`',
  }),
  poolAddress: rule<{ address: string }>('pgsql/pool-rule-address', {
    severity: 'error',
    message: ({ address }) => `pgbouncer does not know the address \`${address}\``,
    label: () => 'named here',
    help: () => 'pgbouncer knows addresses and networks only: name the network of the clients',
  }),
  hostName: rule<{ address: string }>('pgsql/rule-for-host-name', {
    severity: 'warning',
    message: ({ address }) => `PostgreSQL takes the address \`${address}\` for the name of a host`,
    label: () => 'a host name',
    help: () => `if it is none, write an address, a network, or one of ${ADDRESS_ALIASES.join(', ')}`,
  }),
  poolGroup: rule<{ user: string }>('pgsql/pool-rule-for-role', {
    severity: 'warning',
    message: ({ user }) => `pgbouncer has no roles: the rule for \`${user}\` is ignored`,
    label: () => 'ignored',
    help: () => 'name the users, or `all`; the rules of PostgreSQL also apply to pooled connections',
  }),
};

/** Checks what the HBA rules of a cluster accept and reject, for each member in each role. */
export function checkHba(site: Site, members: readonly PgsqlMember[]): Diagnostic[] {
  const contexts = (target: HbaContext['target']) =>
    members.map((member) => hbaContext(target, member, site));
  const [postgres, pool] = [contexts('postgres'), contexts('pgbouncer')];
  const [first] = members;
  if (!first) return [];
  return [
    ...checkOpenToWorld(first, 'postgres'),
    ...checkUnreachableRules(postgres),
    ...checkOpenToWorld(first, 'pgbouncer'),
    ...checkUnreachableRules(pool),
    ...checkPoolGroups(first),
    ...checkPoolAddresses(first),
    ...checkHostNames(first),
    ...checkReach(postgres, site),
  ];
}

function checkOpenToWorld(member: PgsqlMember, server: HbaContext['target']): Diagnostic[] {
  const parameter = ({ postgres: 'pg_hba_rules', pgbouncer: 'pgb_hba_rules' } as const)[server];
  return member.settings[parameter].flatMap(({ addr, auth = 'pwd', user = 'all' }, index) => {
    if (!['world', 'all', '0.0.0.0/0', '::/0'].includes(addr ?? '')) return [];
    const place = member.host.parameters.place(parameter, [index]);
    if (auth === 'trust') return [rules.trustWorld.at(place, { server })];
    const isOpen = user === 'all' && !['deny', 'reject', 'ssl', 'ssl-md5', 'ssl-sha', 'cert'].includes(auth);
    return isOpen ? [rules.openWorld.at(place, { server })] : [];
  });
}

/** pgbouncer(5), "HBA file format". */
function checkPoolAddresses({ settings, host }: PgsqlMember): Diagnostic[] {
  return (['pgb_default_hba_rules', 'pgb_hba_rules'] as const).flatMap((parameter) =>
    settings[parameter].flatMap(({ addr: address }, index) => {
      if (address === undefined || ADDRESS_ALIASES.includes(address) || !isOfServer(address)) return [];
      return [rules.poolAddress.at(host.parameters.place(parameter, [index, 'addr']), { address })];
    }),
  );
}

/** A name without a dot may be a word that is no alias: `everywhere`. */
function checkHostNames({ settings, host }: PgsqlMember): Diagnostic[] {
  return settings.pg_hba_rules.flatMap(({ addr: address = 'local' }, index) => {
    if (ADDRESS_ALIASES.includes(address) || isSiteOfClients(address) || address.includes('.')) return [];
    return [rules.hostName.at(host.parameters.place('pg_hba_rules', [index, 'addr']), { address })];
  });
}

function checkPoolGroups(member: PgsqlMember): Diagnostic[] {
  return member.settings.pgb_hba_rules.flatMap(({ user = '' }, index) =>
    user.startsWith('+')
      ? [rules.poolGroup.at(member.host.parameters.place('pgb_hba_rules', [index, 'user']), { user })]
      : [],
  );
}
