import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { isPoolable } from '../access/pgbouncer.ts';
import { selectMembers } from '../access/services.ts';
import type { PgsqlMember } from '../members.ts';

const rules = {
  noBackend: rule<{ service: string; cluster: string }>('pgsql/service-without-member', {
    severity: 'error',
    message: ({ service, cluster }) => `service \`${service}\` of cluster ${cluster} selects no member`,
    help: () => 'its `selector` and `backup` (JMESPath over the members) match nothing',
  }),
  notPoolable: rule<{ database: string }>('pgsql/database-not-poolable', {
    severity: 'warning',
    message: ({ database }) =>
      `database \`${database}\` is not in the pool: its name is not allowed in pgbouncer.ini`,
    help: () =>
      'use letters, digits, `_`, `-` and `.`, or set `pgbouncer: false`; services with `dest: postgres` connect to it',
  }),
};

/** Services of the inventory need members. Default services do not (a single primary has no offline member). */
export function checkServices(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first] = members;
  if (!first) return [];
  return first.settings.pg_services.flatMap((service, index) => {
    const { selected, backup } = selectMembers(service, members);
    if (selected.length + backup.length > 0) return [];
    const place = first.host.parameters.place('pg_services', [index]);
    return [rules.noBackend.at(place, { service: service.name, cluster: first.cluster })];
  });
}

/** Databases that cannot be in the pool. */
export function checkPool(member: PgsqlMember): Diagnostic[] {
  return member.settings.pg_databases.flatMap(({ name, pgbouncer }, index) => {
    if (pgbouncer === false || isPoolable(name)) return [];
    return [
      rules.notPoolable.at(member.host.parameters.place('pg_databases', [index, 'name']), { database: name }),
    ];
  });
}
