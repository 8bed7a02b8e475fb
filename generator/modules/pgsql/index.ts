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
import type { ModuleImage } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { openPorts } from './access/open-ports.ts';
import { proxyListeners, proxyRelays } from './access/proxy.ts';
import { checkPgsql } from './checks/check.ts';
import { baselineNames } from './content/baselines.ts';
import { recoveryPromise } from './ha/recovery.ts';
import { clusters, isMember, memberOf, pgsqlMembers } from './members.ts';
import { foreignInstances, watchesOthers } from './monitor/foreign.ts';
import {
  FOREIGN_SECRETS,
  foreignContribution,
  foreignImages,
  foreignPorts,
} from './monitor/foreign-exporters.ts';
import { foreignOffers } from './monitor/foreign-targets.ts';
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
  isOn: (host) => isMember(host) || watchesOthers(host),
  readsSecret: (host, parameter) => isMember(host) || FOREIGN_SECRETS.includes(parameter),
  files: (site) => [
    ...pgsqlMembers(site).flatMap(baselineNames),
    ...(pgsqlMembers(site).length > 0 ? [pgsqlRecord.nameOf(site)] : []),
  ],
  record: recordOf,
  instance: (host, site) => {
    const member = memberOf(host, site);
    if (!member) return watchesOthers(host) ? { instance: 'pg_exporters' } : undefined;
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
    offer(DashboardPage, hasServers(site) ? PGSQL_PAGES : []),
    ...monitoringOffers(site),
    ...foreignOffers(site),
  ],
  images: imagesOf,
  ports: (host, site) => [...pgsqlPorts(host, site), ...foreignPorts(host)],
  plan: (host, site, facts) => {
    const member = planPgsql(host, site, facts);
    const foreign = foreignContribution(host);
    return {
      ...member,
      files: [...(member.files ?? []), ...(foreign.files ?? [])],
      units: [...(member.units ?? []), ...(foreign.units ?? [])],
    };
  },
  promise: (site, facts) =>
    clusters(site).flatMap(
      (members) => recoveryPromise(members, electionSeconds(facts), facts.all(StoreEndpoint)) ?? [],
    ),
});

/** Exporters of a member and of servers outside the site have one image. */
function imagesOf(host: SiteHost, site: Site): ModuleImage[] {
  const all = [...pgsqlImages(host, site), ...foreignImages(host)];
  return all.filter(({ name }, index) => all.findIndex((one) => one.name === name) === index);
}

/** Whether there is something for the pages to show. */
function hasServers(site: Site): boolean {
  return pgsqlMembers(site).length > 0 || foreignInstances(site).size > 0;
}
