import type { FilePlan } from '../../../model/plan.ts';
import { GRAFANA_PATH } from '../carried.ts';
import { addressOf, componentOf } from '../components.ts';
import type { InfraHost } from '../hosts.ts';
import { DIRECTORY, type PortalServer } from '../portal-servers.ts';
import { CURRENT } from '../tls.ts';

/**
 * Grafana's metrics on the host's own address, by nginx: with TLS, for clients with a certificate of the site. Grafana knows
 * no client certificates.
 */
export function grafanaMetrics(self: InfraHost): FilePlan[] {
  const component = componentOf(self, 'grafana');
  if (!component) return [];
  const pair = `${CURRENT}/${DIRECTORY}`;
  const server: PortalServer = {
    names: self.instance,
    lines: [
      `listen ${addressOf(self, component)} ssl`,
      `ssl_certificate ${pair}/portal.crt`,
      `ssl_certificate_key ${pair}/portal.key`,
      `ssl_client_certificate ${pair}/ca.crt`,
      'ssl_verify_client on',
    ],
    locations: [
      {
        match: '= /metrics',
        lines: [`proxy_pass http://127.0.0.1:${component.port}${GRAFANA_PATH}metrics`],
      },
      { match: '/', lines: ['return 404'] },
    ],
  };
  const view = { name: 'grafana (its metrics)', servers: [server] };
  const source = { kind: 'template', template: 'infra/site.conf.ejs', view } as const;
  return [{ path: `${DIRECTORY}/sites/grafana-metrics.conf`, mode: 0o644, group: 'nginx', source }];
}
