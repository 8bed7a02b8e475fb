import type { HbaLine } from '../../../../text/hba-line.ts';
import type { PgsqlMember } from '../../members.ts';
import { citusGroup } from '../../topology/citus.ts';
import type { HbaContext } from './context.ts';
import type { HbaGroup } from './groups.ts';

/** The identity map: a certificate of a member may connect as any user. */
const IDENTITY_MAP = 'citus';

/**
 * Servers of other groups connect as the client's user, without its password: they use their certificates. Other
 * connections from their hosts to that database are rejected. Other databases and other hosts follow the rules of the
 * inventory.
 */
export function citusRules({ member, otherGroups: others }: HbaContext): readonly HbaGroup[] {
  const part = citusGroup(member);
  if (!part || others.length === 0) return [];
  const title = `Citus groups of database ${part.database}, with certificates`;
  const lines = others.flatMap(({ host }) => groupLines(part.database, host.ip));
  return [
    {
      source: { parameter: 'pg_shard', index: undefined, title },
      role: undefined,
      records: lines.map((line) => ({ line })),
    },
  ];
}

function groupLines(database: string, ip: string): readonly HbaLine[] {
  const common = {
    databases: [{ text: database, isQuoted: true }],
    users: [{ text: 'all', isQuoted: false }],
    address: `${ip}/32`,
  };
  const map = { text: `map=${IDENTITY_MAP}`, isQuoted: false };
  return [
    { type: 'hostssl', ...common, method: 'cert', options: [map] },
    { type: 'hostnossl', ...common, method: 'reject', options: [] },
  ];
}

/** pg_ident.conf: a certificate of another group's server may connect as every user (PostgreSQL 16 and newer: `all`). */
export function identityLines(others: readonly PgsqlMember[]): string[] {
  return others.map(({ instance }) => `${IDENTITY_MAP} ${instance} all`);
}
