import { type Facts, NodeName } from '../../../model/facts.ts';
import type { Contribution } from '../../../model/module.ts';
import type { Site } from '../../../model/site.ts';
import { sshPlan } from '../../ssh-exchange.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';

/** ssh between members for the database account (`pg_dbsu_ssh_exchange`). */
export function exchangeContribution(member: PgsqlMember, site: Site, facts: Facts): Contribution {
  const { settings, cluster } = member;
  if (!settings.pg_dbsu_ssh_exchange) return {};
  const { pg_dbsu: name, pg_dbsu_home: home } = settings;
  const members = clusterMembers(site, cluster).filter((other) => other.settings.pg_dbsu_ssh_exchange);
  const hosts = members.map(({ host: { ip }, instance }) => ({
    ip,
    name: facts.of(NodeName, ip)[0]?.name ?? instance,
  }));
  return sshPlan({ name, task: 'dbsu', home, homeMode: '0700', keys: [] }, { name: cluster, hosts });
}
