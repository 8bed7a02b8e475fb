import type { RecoveryPromise } from '../../../model/plan.ts';
import { templateOf } from '../conf-template.ts';
import type { PgsqlMember } from '../members.ts';
import type { PgsqlSettings } from '../settings.ts';
import { canLead } from '../topology/upstream.ts';

/**
 * What `pg_rto` promises and how it is kept: every time that a failure costs is derived from it, so that the sum holds.
 * Seconds throughout.
 */
export type Recovery = {
  /** Of Patroni (Patroni manual, "Dynamic configuration settings"). */
  readonly ttl: number;
  readonly loopWait: number;
  readonly retryTimeout: number;
  readonly primaryStartTimeout: number;
  /** Silence of Patroni after which the guard kills it, so that systemd starts it again. */
  readonly restartAfter: number;
  /** Silence of PostgreSQL after which the guard kills it. */
  readonly connectAfter: number;
  /** Time since Patroni's last cycle after which the guard kills PostgreSQL: the lease is about to run out. */
  readonly fenceAfter: number;
  /** How long before the end of the lease a watchdog device resets the host. */
  readonly watchdogMargin: number;
};

/** Patroni waits so long for a member that does not answer, before it takes part in the race (ha.py, fetch_node_status). */
const RACE = 2;
const PROMOTION = 1.5;
/** HAProxy looks at a server that is down, or may be changing, so often … */
export const CHECK_INTERVAL = 0.5;
/** … and sends clients to it after so many good answers: Patroni's answer is not a guess. */
export const RISE = 1;
/** Patroni's own smallest retry_timeout, and one loop: `ttl >= loop_wait + 2 x retry_timeout`. */
const SMALLEST_TTL = 7;
/** To notice and to kill PostgreSQL. */
const STOP = 2;
/** Patroni's own safety_margin, where the lease is long enough for it. */
const WATCHDOG_MARGIN = 5;
/** The guard looks every half a second and waits a second for an answer. */
const NOTICE = 1.5;
const TAKEOVER = RACE + PROMOTION + RISE * CHECK_INTERVAL;

/**
 * The lease outlives its holder longest when etcd's leader dies with it: an election takes up to two election timeouts,
 * the new leader grants each lease its whole time again and one election timeout more (etcd, lessor.Promote), and looks
 * twice a second for leases that have run out.
 */
function leaseOverhead(electionSeconds: number): number {
  return 3 * electionSeconds + 0.5;
}

function overhead(electionSeconds: number): number {
  return leaseOverhead(electionSeconds) + TAKEOVER;
}

/** The smallest `pg_rto` that can be kept with this election timeout of etcd. */
export function smallestRto(electionSeconds: number): number {
  return Math.ceil(SMALLEST_TTL + overhead(electionSeconds));
}

/** The times for a promise of `rto` seconds; smaller promises than {@link smallestRto} are not kept. */
export function recovery(rto: number, electionSeconds: number): Recovery {
  const ttl = Math.max(SMALLEST_TTL, Math.floor(rto - overhead(electionSeconds)));
  const loopWait = Math.max(1, Math.floor(ttl / 4));
  const retryTimeout = Math.max(3, loopWait);
  const restartAfter = Math.max(2, Math.floor((ttl - loopWait) / 4));
  const connectAfter = 2 * restartAfter;
  return {
    ttl,
    loopWait,
    retryTimeout,
    primaryStartTimeout: Math.max(1, Math.floor(rto - connectAfter - NOTICE - loopWait - TAKEOVER)),
    restartAfter,
    connectAfter,
    fenceAfter: ttl - STOP,
    // Patroni writes to the device once a cycle, and a cycle may take a retry.
    watchdogMargin: Math.min(WATCHDOG_MARGIN, ttl - loopWait - retryTimeout),
  };
}

/** True for clusters that take writes and have somebody who can, and may, take over. */
export function canRecover(members: readonly PgsqlMember[]): boolean {
  const primary = members.find(({ role }) => role === 'primary');
  const candidates = members.filter((member) => canLead(member, members));
  const isPaused = primary?.settings.patroni_mode === 'pause';
  return primary?.settings.pg_upstream === undefined && candidates.length > 1 && !isPaused;
}

/** A commit waits for a replica, so that none is lost with the primary. */
export function isSynchronous(settings: PgsqlSettings): boolean {
  return settings.pg_rpo === 0 || templateOf(settings) === 'crit';
}

/** What `pg_rto` means for each kind of failure; undefined where nobody can take over. */
export function recoveryPromise(
  members: readonly PgsqlMember[],
  electionSeconds: number,
): RecoveryPromise | undefined {
  const [first] = members;
  if (!first || !canRecover(members)) return undefined;
  const { pg_rto: seconds, pg_rpo: lostBytes } = first.settings;
  const times = recovery(seconds, electionSeconds);
  // Patroni holds a replica against what the primary had at the end of its last cycle; cut off, it writes until its lease ends.
  const loss = isSynchronous(first.settings)
    ? { lostBytes: 0, lostSeconds: 0 }
    : { lostBytes, lostSeconds: times.ttl };
  return {
    kind: 'recovery',
    cluster: first.cluster,
    seconds,
    ...loss,
    worstCases: worstCases(times, electionSeconds),
  };
}

/** One line per failure, for people. */
export function promiseLines(promise: RecoveryPromise): string[] {
  const { cluster, seconds, lostBytes, lostSeconds, worstCases: cases } = promise;
  const loss =
    lostSeconds === 0 ? 'nothing' : `up to ${lostBytes} bytes (pg_rpo) and the last ${lostSeconds} s`;
  return [
    `Writes to ${cluster} resume within ${seconds} s (pg_rto). The longest that they may be away, in seconds:`,
    ...cases.map((one) => `${String(one.seconds).padStart(6)}  ${one.failure}`),
    `What may be lost with the primary of what clients were told is written: ${loss}.`,
  ];
}

function worstCases(times: Recovery, electionSeconds: number): RecoveryPromise['worstCases'] {
  const restart = times.loopWait + times.primaryStartTimeout + TAKEOVER;
  return [
    {
      failure: 'host or network of the primary lost',
      seconds: leaseOverhead(electionSeconds) + times.ttl + TAKEOVER,
    },
    { failure: 'PostgreSQL killed', seconds: restart },
    { failure: 'disk of the primary full', seconds: restart },
    { failure: 'PostgreSQL stuck', seconds: times.connectAfter + NOTICE + restart },
    { failure: 'Patroni killed or stuck', seconds: times.ttl + TAKEOVER },
    { failure: 'leader of etcd lost', seconds: 0 },
  ];
}
