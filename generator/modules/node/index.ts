import { NodeName, offer, PackageArchive } from '../../model/facts.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { exporterPorts } from './exporter.ts';
import { firewallPromises } from './firewall.ts';
import { haproxyPorts } from './haproxy.ts';
import { rows } from './params.ts';
import { nodeImages, planNode } from './plan.ts';
import { checkNode } from './rules.ts';
import { nodeName } from './settings.ts';
import { checkSources, keyFiles, packageSources } from './sources.ts';
import { sshPort } from './ssh-port.ts';
import { monitoringOffers } from './targets.ts';

export const node = defineModule({
  name: 'node',
  rows,
  recipes: ['chrony', 'haproxy', 'keepalived', 'nftables', 'node-exporter'],
  isOn: () => true,
  files: keyFiles,
  check: (site) => [...checkNode(site), ...checkSources(site)],
  offer: (site) => [
    offer(
      NodeName,
      site.hosts.map((host) => ({ ip: host.ip, name: nodeName(settingsOf(host), host.ip) })),
    ),
    offer(PackageArchive, packageSources(site)),
    ...monitoringOffers(site),
  ],
  images: nodeImages,
  ports: (host, site, facts) => [sshPort(host), ...haproxyPorts(host, site, facts), ...exporterPorts(host)],
  plan: planNode,
  promise: firewallPromises,
});
