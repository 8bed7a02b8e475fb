import type { HostIp } from '../../../model/brand.ts';
import type { RecoveryPromise } from '../../../model/plan.ts';
import { templateOf } from '../conf-template.ts';
import type { PgsqlMember } from '../members.ts';
import type { PgsqlSettings } from '../settings.ts';
import { canLead } from '../topology/upstream.ts';

/**
 * The timeouts of failure detection and failover, derived from `pg_rto` so that no write outage exceeds it.
 * Seconds throughout.
 */
export type Recovery = {
  /** Of Patroni (Patroni manual, "Dynamic configuration settings"). */
  readonly ttl: number;
  readonly loopWait: number;
  readonly retryTimeout: number;
  readonly primaryStartTimeout: number;
  /** Time without an answer of Patroni after which the guard kills it; systemd then restarts it. */
  readonly restartAfter: number;
  /** Time without an answer of PostgreSQL after which the guard kills it. */
  readonly connectAfter: number;
  /** Time since Patroni's last cycle after which the guard kills PostgreSQL: the lease is about to expire. */
  readonly fenceAfter: number;
  /** Time before the end of the lease at which a watchdog device resets the host. */
  readonly watchdogMargin: number;
};

/** Patroni's timeout for a member that does not answer, before the leader race (ha.py, fetch_node_status). */
const LEADER_RACE_SECONDS = 2;
const PROMOTION = 1.5;
/** HAProxy's check interval for a server that is down or changes its state. */
export const CHECK_SECONDS = 0.5;
/** Successful checks before HAProxy uses a server. One is enough: Patroni's answer is authoritative. */
export const RISE_CHECKS = 1;
/** Patroni's own smallest retry_timeout, and one loop: `ttl >= loop_wait + 2 x retry_timeout`. */
const SMALLEST_TTL = 7;
/** Time to notice the need for a stop and to kill PostgreSQL. */
const STOP_SECONDS = 2;
/** Patroni's default safety_margin, if the lease is long enough. */
const WATCHDOG_MARGIN = 5;
/** The guard checks every half second and waits one second for an answer. */
const NOTICE_SECONDS = 1.5;
const TAKEOVER_SECONDS = LEADER_RACE_SECONDS + PROMOTION + RISE_CHECKS * CHECK_SECONDS;

/**
 * The lease expires latest if etcd's leader fails together with its holder: an election takes up to two election timeouts,
 * the new leader extends each lease by its full ttl and one election timeout (etcd, lessor.Promote), and looks for expired
 * leases twice a second.
 */
function leaseOverhead(electionSeconds: number): number {
  return 3 * electionSeconds + 0.5;
}

function overhead(electionSeconds: number): number {
  return leaseOverhead(electionSeconds) + TAKEOVER_SECONDS;
}

/** The minimum `pg_rto` for this election timeout of etcd. */
export function smallestRto(electionSeconds: number): number {
  return Math.ceil(SMALLEST_TTL + overhead(electionSeconds));
}

/** The timeouts for an `rto` in seconds, {@link smallestRto} or more. */
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
    primaryStartTimeout: Math.max(
      1,
      Math.floor(rto - connectAfter - NOTICE_SECONDS - loopWait - TAKEOVER_SECONDS),
    ),
    restartAfter,
    connectAfter,
    fenceAfter: ttl - STOP_SECONDS,
    // Patroni writes to the device once a cycle, and a cycle may include a retry.
    watchdogMargin: Math.min(WATCHDOG_MARGIN, ttl - loopWait - retryTimeout),
  };
}

/** True for clusters that accept writes and have another member that can become primary. */
export function canRecover(members: readonly PgsqlMember[]): boolean {
  const primary = members.find(({ role }) => role === 'primary');
  const candidates = members.filter((member) => canLead(member, members));
  const isPaused = primary?.settings.patroni_mode === 'pause';
  return primary?.settings.pg_upstream === undefined && candidates.length > 1 && !isPaused;
}

/** Whether a commit waits for a replica, so that a failover loses none. */
export function isSynchronous(settings: PgsqlSettings): boolean {
  return settings.pg_rpo === 0 || templateOf(settings) === 'crit';
}

/**
 * The hosts of members without which etcd has no quorum. Without a quorum there is no failover, and a primary stays one
 * only while it reaches all other members (Patroni manual, "DCS Failsafe Mode"): the loss of such a host stops writes.
 */
export function unprotectedHosts(
  members: readonly PgsqlMember[],
  store: readonly { readonly ip: HostIp }[],
): HostIp[] {
  const quorum = Math.floor(store.length / 2) + 1;
  const isNeeded = (ip: HostIp) => store.filter((one) => one.ip !== ip).length < quorum;
  return members.flatMap(({ host: { ip } }) => (isNeeded(ip) ? [ip] : []));
}

/**
 * The maximum write outage for each kind of failure; undefined if no other member can become primary. `store` is where
 * etcd's members are.
 */
export function recoveryPromise(
  members: readonly PgsqlMember[],
  electionSeconds: number,
  store: readonly { readonly ip: HostIp }[],
): RecoveryPromise | undefined {
  const [first] = members;
  if (!first || !canRecover(members)) return undefined;
  const { pg_rto: seconds, pg_rpo: lostBytes } = first.settings;
  const times = recovery(seconds, electionSeconds);
  // Patroni compares a replica with the primary's position in its last cycle; an isolated primary writes until its lease ends.
  const loss = isSynchronous(first.settings)
    ? { lostBytes: 0, lostSeconds: 0 }
    : { lostBytes, lostSeconds: times.ttl };
  const unprotected = unprotectedHosts(members, store);
  const isProtected = (member: PgsqlMember) =>
    canLead(member, members) && !unprotected.includes(member.host.ip);
  return {
    kind: 'recovery',
    cluster: first.cluster,
    seconds,
    ...loss,
    worstCases: [
      ...(members.some(isProtected) ? [hostLoss(times, electionSeconds)] : []),
      ...otherFailures(times),
    ],
    unprotected,
  };
}

/** The hosts that the promise is not given for, as part of a sentence. */
function exception({ unprotected }: RecoveryPromise): string {
  return unprotected.length === 0 ? '' : `, unless ${unprotected.join(' or ')} is lost`;
}

/** One line per failure, for people. */
export function promiseLines(promise: RecoveryPromise): string[] {
  const { cluster, seconds, lostBytes, lostSeconds, worstCases: cases, unprotected } = promise;
  const loss =
    lostSeconds === 0 ? 'nothing' : `up to ${lostBytes} bytes (pg_rpo) and the last ${lostSeconds} s`;
  return [
    `Maximum write outage of ${cluster}: ${seconds} s (pg_rto)${exception(promise)}. Worst case of each failure, in seconds:`,
    ...cases.map((one) => `${String(one.seconds).padStart(6)}  ${one.failure}`),
    ...unprotected.map(
      (ip) => `If host ${ip} is lost, writes stop until it is back: etcd has no quorum without it.`,
    ),
    `Committed data that a failover can lose: ${loss}.`,
  ];
}

type WorstCases = RecoveryPromise['worstCases'];

function hostLoss(times: Recovery, electionSeconds: number): WorstCases[number] {
  const seconds = leaseOverhead(electionSeconds) + times.ttl + TAKEOVER_SECONDS;
  return { failure: 'host or network of the primary lost', seconds };
}

function otherFailures(times: Recovery): WorstCases {
  const restart = times.loopWait + times.primaryStartTimeout + TAKEOVER_SECONDS;
  return [
    { failure: 'PostgreSQL killed', seconds: restart },
    { failure: 'disk of the primary full', seconds: restart },
    { failure: 'PostgreSQL stuck', seconds: times.connectAfter + NOTICE_SECONDS + restart },
    { failure: 'Patroni killed or stuck', seconds: times.ttl + TAKEOVER_SECONDS },
    { failure: 'leader of etcd lost', seconds: 0 },
  ];
}
