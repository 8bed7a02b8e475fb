import { infraIps } from '../../model/infra.ts';
import { type Module, settingsOf } from '../../model/module.ts';
import { nodeParameters } from './params.ts';
import { nodePorts, planNode } from './plan.ts';
import { checkNode } from './rules.ts';
import { type NodeSettings, nodeName } from './settings.ts';
import { checkSources, keyFiles, packageSources } from './sources.ts';

export const node: Module = {
  name: 'node',
  parameters: nodeParameters,
  files: keyFiles,
  check: (site) => [...checkNode(site), ...checkSources(site)],
  offer: (site) => ({
    nodeNames: new Map(
      site.hosts.map((host) => [host.ip, nodeName(settingsOf<NodeSettings>(host), host.ip)]),
    ),
    infraIps: infraIps(site),
    packageSources: packageSources(site),
  }),
  secrets: (host) =>
    new Map([['haproxy_admin_password', settingsOf<NodeSettings>(host).haproxy_admin_password]]),
  ports: nodePorts,
  plan: planNode,
};
