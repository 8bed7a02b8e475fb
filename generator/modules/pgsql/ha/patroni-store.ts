import { electionSeconds, type Facts } from '../../../model/facts.ts';
import type { PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { storeParameters } from '../server/parameters.ts';
import type { PgsqlSettings } from '../settings.ts';
import { delayOf, standbyClustersOf, standbySource } from '../topology/upstream.ts';
import { isSynchronous, recovery } from './recovery.ts';

/** The content of the configuration store: written at bootstrap, updated by converge.py. */
export function storeConfig(member: PgsqlMember, site: Site, facts: Facts): PlanData {
  return {
    ...clusterConfig(member.settings, facts),
    ...slotConfig(member.cluster, site),
    ...standbyConfig(clusterMembers(site, member.cluster), site),
  };
}

function clusterConfig(settings: PgsqlSettings, facts: Facts): { readonly [key: string]: PlanData } {
  const times = recovery(settings.pg_rto, electionSeconds(facts));
  return {
    ttl: times.ttl,
    loop_wait: times.loopWait,
    retry_timeout: times.retryTimeout,
    primary_start_timeout: times.primaryStartTimeout,
    primary_stop_timeout: 30,
    maximum_lag_on_failover: settings.pg_rpo,
    maximum_lag_on_syncnode: -1,
    synchronous_mode: isSynchronous(settings),
    synchronous_mode_strict: false,
    failsafe_mode: true,
    postgresql: {
      use_slots: true,
      use_pg_rewind: true,
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: false,
      parameters: storeParameters(settings),
    },
  };
}

/** Replication slots for standby clusters: the primary keeps WAL for them, up to max_slot_wal_keep_size. */
function slotConfig(cluster: string, site: Site): { readonly [key: string]: PlanData } {
  const slots = (standbyClustersOf(site).get(cluster) ?? []).flatMap(({ source }) => source.slot ?? []);
  if (slots.length === 0) return {};
  return { slots: Object.fromEntries(slots.map((slot) => [slot, { type: 'physical' }])) };
}

/** For a standby cluster: its leader streams from the upstream, its replicas stream from its leader. */
function standbyConfig(members: readonly PgsqlMember[], site: Site): { readonly [key: string]: PlanData } {
  const source = standbySource(members, site);
  const primary = members.find((member) => member.role === 'primary');
  if (!source || !primary) return {};
  const { hosts, port, slot } = source;
  const delay = delayOf(primary, members);
  return {
    standby_cluster: {
      host: hosts.join(','),
      port,
      ...(slot !== undefined && { primary_slot_name: slot }),
      create_replica_methods: ['basebackup'],
      ...(delay !== undefined && { recovery_min_apply_delay: delay }),
    },
  };
}
