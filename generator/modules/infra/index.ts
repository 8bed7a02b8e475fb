import { OpenPort, offer } from '../../model/facts.ts';
import { journalReceivers } from '../../model/infra.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { DashboardPage, PortalSite, RuleGroup } from '../../model/monitoring.ts';
import { JOURNAL_SITE, journalImages, journalPorts } from './journal.ts';
import { ruleGroups } from './monitoring/index.ts';
import { INFRA_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';
import { planInfra } from './plan.ts';
import { checkInfra } from './rules.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  recipes: ['haproxy', 'journal'],
  isOn: ({ groups }) => groups.includes('infra'),
  check: checkInfra,
  labels: (host) => ({ cls: 'infra', ins: `infra-${settingsOf(host).infra_seq ?? host.ip}` }),
  offer: (site) => {
    const receivers = journalReceivers(site);
    const ports = receivers.map((host) => ({ ip: host.ip, port: settingsOf(host).journal_port }));
    return [
      offer(OpenPort, ports),
      offer(PortalSite, receivers.length > 0 ? [JOURNAL_SITE] : []),
      offer(RuleGroup, ruleGroups(site)),
      offer(DashboardPage, INFRA_PAGES),
    ];
  },
  images: journalImages,
  ports: journalPorts,
  plan: planInfra,
});
