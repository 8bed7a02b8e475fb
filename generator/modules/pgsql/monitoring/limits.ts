import { perSite } from '../../../model/per-site.ts';
import { longestGap } from '../../../text/calendar-gap.ts';
import { backupSchedules } from '../backup/backup.ts';
import { isSynchronous } from '../ha/recovery.ts';
import { clusters, type PgsqlMember } from '../members.ts';
import { foreignInstances, loginMilliseconds } from '../monitor/foreign.ts';
import { delayOf } from '../topology/upstream.ts';

/** What the thresholds of alerts depend on; clusters and instances by name. */
export type PgsqlLimits = {
  /** Clusters whose leader follows another cluster: none of their members accepts writes. */
  readonly standbyClusters: readonly string[];
  readonly delayedInstances: readonly string[];
  /** Clusters whose failover is off because the inventory says so. */
  readonly pausedClusters: readonly string[];
  readonly synchronousClusters: readonly string[];
  /** `pg_rto` of each cluster. */
  readonly recoverySeconds: ReadonlyMap<string, number>;
  /** The age of the last backup that is too old, for each cluster with backups. */
  readonly backupSeconds: ReadonlyMap<string, number>;
  /** The seconds that a login on a server outside the site may take, by instance. */
  readonly loginSeconds: ReadonlyMap<string, number>;
};

/** A backup takes its time, and may start late: a quarter of the interval, and an hour. */
const TOLERANCE = { share: 1.25, seconds: 3600 };

export const pgsqlLimits = perSite((site): PgsqlLimits => {
  const all = clusters(site);
  const named = (isIt: (members: readonly PgsqlMember[]) => boolean) =>
    all.filter(isIt).flatMap(([first]) => (first ? [first.cluster] : []));
  return {
    standbyClusters: named((members) => primaryOf(members)?.settings.pg_upstream !== undefined),
    delayedInstances: all.flatMap((members) =>
      members.filter((member) => delayOf(member, members) !== undefined).map(({ instance }) => instance),
    ),
    pausedClusters: named((members) => primaryOf(members)?.settings.patroni_mode === 'pause'),
    synchronousClusters: named(
      (members) => members.length > 1 && members.some(({ settings }) => isSynchronous(settings)),
    ),
    recoverySeconds: byCluster(all, ({ settings }) => settings.pg_rto),
    backupSeconds: byCluster(all, backupLimits()),
    loginSeconds: new Map(
      [...foreignInstances(site)].flatMap(([name, [first]]) =>
        first ? [[name, loginMilliseconds(first) / 1000]] : [],
      ),
    ),
  };
});

function primaryOf(members: readonly PgsqlMember[]): PgsqlMember | undefined {
  return members.find(({ role }) => role === 'primary') ?? members[0];
}

function byCluster(
  all: readonly (readonly PgsqlMember[])[],
  toValue: (primary: PgsqlMember) => number | undefined,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const primary of all.flatMap((members) => primaryOf(members) ?? [])) {
    const value = toValue(primary);
    if (value !== undefined) found.set(primary.cluster, value);
  }
  return found;
}

/** For clusters of one site, most of which have one schedule. */
function backupLimits(): (primary: PgsqlMember) => number | undefined {
  const known = new Map<string, number | undefined>();
  return ({ settings }) => {
    const { pgbackrest_enabled: isOn, node_crontab, pg_crontab, pg_dbsu, pgbackrest_schedule } = settings;
    if (!isOn) return undefined;
    const key = JSON.stringify([node_crontab, pg_crontab, pg_dbsu, pgbackrest_schedule]);
    if (!known.has(key)) {
      const expressions = backupSchedules(settings).flatMap(({ calendar }) => calendar);
      known.set(key, limitFor(longestGap(expressions)));
    }
    return known.get(key);
  };
}

function limitFor(gap: number | undefined): number | undefined {
  return gap === undefined ? undefined : Math.round(gap * TOLERANCE.share + TOLERANCE.seconds);
}
