import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { isOfServer, isSiteOfClients } from '../../../text/hba-address.ts';
import { type HbaContext, hbaContext } from '../access/hba/context.ts';
import type { PgsqlMember } from '../members.ts';
import { ADDRESS_ALIASES } from '../params/schemas.ts';
import { checkHbaLines } from './hba-line-checks.ts';
import { checkOpenRules } from './hba-open-checks.ts';
import { checkReach } from './hba-reach-checks.ts';
import { unreachableRules } from './hba-shadow-checks.ts';

const rules = {
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
    ...[postgres, pool].flatMap(checkRules),
    ...checkPoolGroups(first),
    ...checkPoolAddresses(first),
    ...checkHostNames(first),
    ...checkReach(postgres, site),
  ];
}

/** Rules that let nobody in are not said to let in too many. */
function checkRules(servers: readonly HbaContext[]): Diagnostic[] {
  const [first] = servers;
  if (!first) return [];
  const shadowed = unreachableRules(servers);
  return [
    ...checkHbaLines(first),
    ...checkOpenRules(first, (index) => shadowed.has(index)),
    ...shadowed.values(),
  ];
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
