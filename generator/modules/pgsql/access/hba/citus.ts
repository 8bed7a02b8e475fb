import type { HbaLine } from '../../../../text/hba-line.ts';
import type { PgsqlMember } from '../../members.ts';
import { citusPart } from '../../topology/citus.ts';
import type { HbaContext } from './context.ts';
import type { HbaGroup } from './groups.ts';

/** Names the users that a certificate of a member stands for: all. */
const IDENTITY_MAP = 'citus';

/**
 * Servers of other parts connect as the user of the query that they run, and have no password to show: they show their
 * certificates. From their hosts nobody else connects to that database; for others, and from elsewhere, the rules of the
 * inventory hold.
 */
export function citusGroup({ member, otherParts: others }: HbaContext): readonly HbaGroup[] {
  const part = citusPart(member);
  if (!part || others.length === 0) return [];
  const title = `parts of Citus database ${part.database}, by their certificates`;
  const lines = others.flatMap(({ host }) => partLines(part.database, host.ip));
  return [
    {
      source: { parameter: 'pg_shard', index: undefined, title },
      role: undefined,
      records: lines.map((line) => ({ line })),
    },
  ];
}

function partLines(database: string, ip: string): readonly HbaLine[] {
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

/** pg_ident.conf: a certificate of a server of another part is good for every user (PostgreSQL 16 and newer: `all`). */
export function identityLines(others: readonly PgsqlMember[]): string[] {
  return others.map(({ instance }) => `${IDENTITY_MAP} ${instance} all`);
}
