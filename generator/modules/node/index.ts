import { NodeName, offer, PackageArchive } from '../../model/facts.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { DashboardPage, RuleGroup } from '../../model/monitoring.ts';
import { exporterPorts } from './exporter.ts';
import { firewallPromises } from './firewall.ts';
import { checkFirewall } from './firewall-rules.ts';
import { haproxyPorts } from './haproxy.ts';
import { checkKernelSettings } from './kernel-rules.ts';
import { ruleGroups } from './monitoring/index.ts';
import { NODE_PAGES } from './monitoring/pages.ts';
import { rows } from './params.ts';
import { nodeImages, planNode } from './plan.ts';
import { checkNode } from './rules.ts';
import { nodeCluster, nodeName } from './settings.ts';
import { checkSources, keyFiles, packageSources } from './sources.ts';
import { sshPort } from './ssh-port.ts';
import { monitoringOffers } from './targets.ts';

export const node = defineModule({
  name: 'node',
  rows,
  recipes: ['chrony', 'haproxy', 'journal', 'keepalived', 'nftables', 'node-exporter'],
  isOn: () => true,
  files: keyFiles,
  check: (site) => [
    ...checkNode(site),
    ...checkKernelSettings(site),
    ...checkFirewall(site),
    ...checkSources(site),
  ],
  offer: (site) => [
    offer(
      NodeName,
      site.hosts.map((host) => {
        const settings = settingsOf(host);
        return { ip: host.ip, name: nodeName(settings, host.ip), cluster: nodeCluster(settings) };
      }),
    ),
    offer(PackageArchive, packageSources(site)),
    offer(RuleGroup, ruleGroups(site)),
    offer(DashboardPage, NODE_PAGES),
    ...monitoringOffers(site),
  ],
  images: nodeImages,
  ports: (host, site, facts) => [sshPort(host), ...haproxyPorts(host, site, facts), ...exporterPorts(host)],
  plan: planNode,
  promise: firewallPromises,
});
