import { type Facts, StoreEndpoint, storePassword } from '../../../model/facts.ts';
import type { Contribution } from '../../../model/module.ts';
import type { FilePlan, FileSource } from '../../../model/plan.ts';
import { splitCidr } from '../../../text/address.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import type { PgsqlMember } from '../members.ts';
import { leaderKey, storePrefix } from '../topology/citus.ts';

/*
 * The VIP of the primary: vip-manager reads the leader in the configuration store, and adds or removes the address on the
 * host's interface (pigsty.md section 3, pg_vip).
 */
const PGSQL = '/etc/pigsty/current/etc/pgsql';
const DIRECTORY = 'etc/vip-manager';
const UNIT = 'vip-manager.service';
/** Milliseconds until it asks again when etcd did not answer; otherwise etcd notifies it. */
const INTERVAL = 500;

/** The VIP without its mask; undefined for a cluster without one. */
export function vipOf({ settings }: PgsqlMember): string | undefined {
  return settings.pg_vip_enabled ? splitCidr(settings.pg_vip_address).address : undefined;
}

export function vipContribution(member: PgsqlMember, facts: Facts): Contribution {
  if (!member.settings.pg_vip_enabled) return {};
  const { pg_dbsu: user } = member.settings;
  const config: FilePlan = {
    path: `${DIRECTORY}/vip-manager.yml`,
    mode: 0o640,
    group: user,
    source: configSource(member, facts),
  };
  const start: FilePlan = {
    path: `${DIRECTORY}/start.sh`,
    mode: 0o755,
    group: user,
    source: {
      kind: 'template',
      template: 'pgsql/vip-start.sh.ejs',
      view: { interface: member.settings.pg_vip_interface, ip: member.host.ip },
    },
  };
  const { address, length: mask } = splitCidr(member.settings.pg_vip_address);
  const view = { root: { $image: 'vip-manager' }, user, cluster: member.cluster, address, mask };
  return {
    files: [
      config,
      start,
      metricsFile(address, member.cluster),
      ...[UNIT, 'vip-release.path', 'vip-release.service'].map((name) =>
        unitFile(name, `pgsql/${name}.ejs`, view),
      ),
    ],
    units: [
      unitPlan(UNIT, {
        image: 'vip-manager',
        // It reads its certificate at its start only; without one, the VIP would leave the primary.
        restartOn: [
          config.path,
          start.path,
          ...['ca.crt', 'store.crt', 'store.key'].map((name) => `etc/pgsql/${name}`),
        ],
        after: ['patroni.service'],
      }),
      unitPlan('vip-release.path'),
      unitPlan('vip-release.service', { activation: 'none' }),
    ],
  };
}

/** What the agent adds to its metrics: whether the host has the VIP. */
function metricsFile(address: string, cluster: string): FilePlan {
  const view = { address, cluster, unit: UNIT };
  return {
    path: `metrics/vip-${address}`,
    mode: 0o755,
    group: 'root',
    source: { kind: 'template', template: 'pgsql/vip-metrics.sh.ejs', view },
  };
}

/** Names as in vip-manager's manual, "Configuration"; the start script adds the interface. */
function configSource(member: PgsqlMember, facts: Facts): FileSource {
  const { settings, instance } = member;
  const { address: ip, length } = splitCidr(settings.pg_vip_address);
  return {
    kind: 'yaml',
    data: {
      interval: INTERVAL,
      'trigger-key': leaderKey(member),
      'trigger-value': instance,
      ip,
      netmask: length,
      'manager-type': 'basic',
      'dcs-type': 'etcd',
      'dcs-endpoints': facts.all(StoreEndpoint).map(({ ip: host, port }) => `https://${host}:${port}`),
      'etcd-ca-file': `${PGSQL}/ca.crt`,
      'etcd-cert-file': `${PGSQL}/store.crt`,
      'etcd-key-file': `${PGSQL}/store.key`,
      'etcd-user': storePrefix(member),
      'etcd-password': storePassword(storePrefix(member)),
      'retry-num': 2,
      'retry-after': 250,
    },
  };
}
