import { electionSeconds, type Facts, StoreEndpoint } from '../../../model/facts.ts';
import type { FilePlan, FileSource } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { hasRestTls } from '../record.ts';
import { leaderKey } from '../topology/citus.ts';
import { type StandbySource, standbySource } from '../topology/upstream.ts';
import { restUrl } from './patroni.ts';
import { promiseLines, recovery, recoveryPromise } from './recovery.ts';

const DIRECTORY = 'etc/pgsql';

/**
 * The scripts for the role of a member: the start of Patroni, the guard that stops writes without a lease, and the
 * actions at a role change.
 */
export function roleFiles(member: PgsqlMember, site: Site, facts: Facts): FilePlan[] {
  const members = clusterMembers(site, member.cluster);
  const file = (name: string, source: FileSource) => fileOf(member, name, source);
  const template = (name: string, view: TemplateView): FilePlan =>
    file(name, { kind: 'template', template: `pgsql/${name}.ejs`, view });
  return [
    template('patroni-start.py', startView(member, standbySource(members, site), facts)),
    template('pigsty_store.py', {}),
    template('patronictl.py', {}),
    template('guard.py', guardView(member, site, facts)),
    template('on-role.sh', roleChangeView(member)),
    ...promiseFiles(members, facts).map((lines) => file('recovery.txt', { kind: 'text', lines })),
    template('converge.py', {
      url: restUrl(member, site),
      pauses: python(member.settings.patroni_mode === 'pause'),
    }),
  ];
}

function fileOf({ settings: { pg_dbsu: group } }: PgsqlMember, name: string, source: FileSource): FilePlan {
  return { path: `${DIRECTORY}/${name}`, mode: 0o644, group, source };
}

function promiseFiles(members: readonly PgsqlMember[], facts: Facts): string[][] {
  const promise = recoveryPromise(members, electionSeconds(facts), facts.all(StoreEndpoint));
  return promise ? [promiseLines(promise)] : [];
}

type TemplateView = Extract<FileSource, { kind: 'template' }>['view'];

function startView(member: PgsqlMember, source: StandbySource | undefined, facts: Facts): TemplateView {
  const { settings, host, role } = member;
  const { ttl, primaryStartTimeout } = recovery(settings.pg_rto, electionSeconds(facts));
  return {
    endpoints: nearestFirst(facts.all(StoreEndpoint), host.ip),
    leaderKey: leaderKey(member),
    initialises: python(role === 'primary'),
    upstream: (source?.hosts ?? []).map((ip) => ({ ip, port: source?.port ?? 0 })),
    // Patroni's lower limit.
    shortLease: python(ttl < 20),
    // For the checkpoint before the stop, and for the stop; together at most the time to start.
    stopTimeout: Math.max(1, Math.floor(primaryStartTimeout / 2)),
  };
}

/** This host's endpoint first: the others may be down. */
function nearestFirst<T extends { readonly ip: string }>(endpoints: readonly T[], ip: string): readonly T[] {
  return [...endpoints].sort((a, b) => Number(b.ip === ip) - Number(a.ip === ip));
}

function guardView(member: PgsqlMember, site: Site, facts: Facts): TemplateView {
  const { settings, host } = member;
  const { restartAfter, connectAfter, fenceAfter } = recovery(settings.pg_rto, electionSeconds(facts));
  return {
    ip: host.ip,
    patroniPort: settings.patroni_port,
    tls: String(hasRestTls(member, site)),
    socket: settings.pg_localhost.split(',')[0] ?? '',
    port: settings.pg_port,
    restartAfter,
    connectAfter,
    fenceAfter,
  };
}

function roleChangeView({ settings }: PgsqlMember): TemplateView {
  return {
    socket: settings.pg_localhost.split(',')[0] ?? '',
    user: settings.pg_dbsu,
    port: settings.pg_port,
    pool: String(settings.pgbouncer_enabled),
    poolPort: settings.pgbouncer_port,
  };
}

function python(value: boolean): string {
  return value ? 'True' : 'False';
}
