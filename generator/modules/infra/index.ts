import { OpenPort, offer } from '../../model/facts.ts';
import { journalReceivers } from '../../model/infra.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { PortalSite } from '../../model/monitoring.ts';
import { JOURNAL_SITE, journalImages, journalPorts } from './journal.ts';
import { rows } from './params.ts';
import { planInfra } from './plan.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  recipes: ['haproxy', 'journal'],
  isOn: ({ groups }) => groups.includes('infra'),
  labels: (host) => ({ cls: 'infra', ins: `infra-${settingsOf(host).infra_seq ?? host.ip}` }),
  offer: (site) => {
    const receivers = journalReceivers(site);
    const ports = receivers.map((host) => ({ ip: host.ip, port: settingsOf(host).journal_port }));
    return [offer(OpenPort, ports), offer(PortalSite, receivers.length > 0 ? [JOURNAL_SITE] : [])];
  },
  images: journalImages,
  ports: journalPorts,
  plan: planInfra,
});
