import type { FilePlan } from '../../model/plan.ts';
import { GRAFANA_PATH, VLOGS_PATH } from './carried.ts';
import { addressOf, type Component, componentsOf, isLocal } from './components.ts';
import type { InfraHost } from './hosts.ts';
import { DIRECTORY, type PortalServer } from './portal-servers.ts';
import { CURRENT } from './tls.ts';

/**
 * Metrics of programs that know no client certificates, on the host's own address by nginx: with TLS, for clients with a
 * certificate of the site. Nothing else of them is there.
 */
export function localMetrics(self: InfraHost): FilePlan[] {
  return componentsOf(self)
    .filter(isLocal)
    .map((component): FilePlan => {
      const view = { name: `${component.name} (its metrics)`, servers: [serverOf(self, component)] };
      const source = { kind: 'template', template: 'infra/site.conf.ejs', view } as const;
      return {
        path: `${DIRECTORY}/sites/${component.name}-metrics.conf`,
        mode: 0o644,
        group: 'nginx',
        source,
      };
    });
}

function serverOf(self: InfraHost, component: Component): PortalServer {
  const pair = `${CURRENT}/${DIRECTORY}`;
  const prefix = component.name === 'grafana' ? GRAFANA_PATH : `${VLOGS_PATH}/`;
  return {
    names: self.instance,
    lines: [
      `listen ${addressOf(self, component)} ssl`,
      `ssl_certificate ${pair}/portal.crt`,
      `ssl_certificate_key ${pair}/portal.key`,
      `ssl_client_certificate ${pair}/ca.crt`,
      'ssl_verify_client on',
    ],
    locations: [
      { match: '= /metrics', lines: [`proxy_pass http://127.0.0.1:${component.port}${prefix}metrics`] },
      { match: '/', lines: ['return 404'] },
    ],
  };
}
