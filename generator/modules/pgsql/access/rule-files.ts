import type { FilePlan } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import type { ClientRules } from '../ha/patroni-postgresql.ts';
import type { PgsqlMember } from '../members.ts';
import { identityLines } from './hba/citus.ts';
import { hbaContext, LIVE_ROLES, type LiveRole } from './hba/context.ts';
import { includedLines, mainLines, roleLines } from './hba/print.ts';
import { relayClasses } from './relay.ts';

/** HBA files of pgbouncer cannot include others: it has a complete file for each role. */
export const POOL_HBA = 'pgb_hba.conf';

/** The HBA rules of PostgreSQL for any role; Patroni has them in its configuration. */
export function clientRules(member: PgsqlMember, site: Site): ClientRules {
  const context = hbaContext('postgres', member, site);
  return {
    hba: mainLines(context, relayClasses('postgres', member, site)),
    identities: identityLines(context.otherGroups),
  };
}

/** The HBA files of both roles. A reload of PostgreSQL and pgbouncer applies them. */
export function ruleFiles(member: PgsqlMember, site: Site): FilePlan[] {
  const { pg_dbsu: group } = member.settings;
  return LIVE_ROLES.flatMap((role) =>
    rulesOf(member, site, role).map(({ name, lines }) => ({
      path: `etc/pgsql/role/${role}/${name}`,
      mode: 0o644,
      group,
      source: { kind: 'text', lines },
    })),
  );
}

function rulesOf(member: PgsqlMember, site: Site, role: LiveRole): { name: string; lines: string[] }[] {
  const pool = roleLines(
    hbaContext('pgbouncer', member, site),
    role,
    relayClasses('pgbouncer', member, site),
  );
  const classes = relayClasses('postgres', member, site);
  return [
    { name: POOL_HBA, lines: pool },
    ...includedLines(hbaContext('postgres', member, site), role, classes).map((lines, index) => ({
      name: `hba-${index + 1}.conf`,
      lines,
    })),
  ];
}
