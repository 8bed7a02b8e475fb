import {
  electionSeconds,
  OpenPort,
  offer,
  ProxyListener,
  ProxyRelay,
  StoreEndpoint,
} from '../../model/facts.ts';
import { defineModule } from '../../model/module.ts';
import { DashboardPage, RuleGroup } from '../../model/monitoring.ts';
import { openPorts } from './access/open-ports.ts';
import { proxyListeners, proxyRelays } from './access/proxy.ts';
import { checkPgsql } from './checks/check.ts';
import { baselineNames } from './content/baselines.ts';
import { recoveryPromise } from './ha/recovery.ts';
import { clusters, isMember, memberOf, pgsqlMembers } from './members.ts';
import { monitoringOffers } from './monitor/targets.ts';
import { ruleGroups } from './monitoring/index.ts';
import { PGSQL_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';
import { pgsqlImages, pgsqlPorts, planPgsql } from './plan.ts';
import { pgsqlRecord, recordOf, storeUsers } from './record.ts';
import { storeDirectory } from './topology/citus.ts';

export const pgsql = defineModule({
  name: 'pgsql',
  rows,
  recipes: ['pg-exporter', 'pgbackrest-exporter', 'pgbouncer', 'postgres', 'vip-manager'],
  isOn: isMember,
  files: (site) => [
    ...pgsqlMembers(site).flatMap(baselineNames),
    ...(pgsqlMembers(site).length > 0 ? [pgsqlRecord.nameOf(site)] : []),
  ],
  record: recordOf,
  instance: (host, site) => {
    const member = memberOf(host, site);
    if (!member) return undefined;
    const { instance, cluster } = member;
    return { instance, cluster, keys: storeDirectory(member) };
  },
  check: checkPgsql,
  offer: (site) => [
    offer(OpenPort, openPorts(site)),
    offer(ProxyListener, proxyListeners(site)),
    offer(ProxyRelay, proxyRelays(site)),
    storeUsers(site),
    offer(RuleGroup, ruleGroups(site)),
    offer(DashboardPage, pgsqlMembers(site).length > 0 ? PGSQL_PAGES : []),
    ...monitoringOffers(site),
  ],
  images: pgsqlImages,
  ports: pgsqlPorts,
  plan: planPgsql,
  promise: (site, facts) =>
    clusters(site).flatMap(
      (members) => recoveryPromise(members, electionSeconds(facts), facts.all(StoreEndpoint)) ?? [],
    ),
});
