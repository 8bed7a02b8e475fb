import { EVERY_ADDRESS, type OpenPort } from '../../../model/facts.ts';
import type { Site } from '../../../model/site.ts';
import { type PgsqlMember, pgsqlMembers } from '../members.ts';
import { type HbaContext, hbaContext } from './hba/context.ts';
import { isKnownToServerOnly, type SourceRecord, sourceTable } from './hba/sources.ts';

/** The ports of PostgreSQL and pgbouncer, for the addresses that their rules let in, and of Patroni. */
export function openPorts(site: Site): OpenPort[] {
  return pgsqlMembers(site).flatMap((member) => {
    const { ip } = member.host;
    const { settings } = member;
    const pool: OpenPort[] = [
      { ip, port: settings.pgbouncer_port, sources: () => ruleSources('pgbouncer', member, site) },
    ];
    return [
      { ip, port: settings.pg_port, sources: () => ruleSources('postgres', member, site) },
      { ip, port: settings.patroni_port },
      ...(settings.pgbouncer_enabled ? pool : []),
    ];
  });
}

/** The rules themselves decide where only the server knows which addresses they mean. */
function ruleSources(target: HbaContext['target'], member: PgsqlMember, site: Site): readonly string[] {
  const records = sourceTable(hbaContext(target, member, site)).records.filter(letsOthersIn);
  return records.flatMap((record) =>
    record.address === 'all' || isKnownToServerOnly(record) ? EVERY_ADDRESS : [record.address],
  );
}

function letsOthersIn({ method, address }: SourceRecord): boolean {
  return method !== 'reject' && address !== 'samehost';
}
