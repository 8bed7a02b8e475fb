import type { Contribution } from '../../model/module.ts';
import type { PlanData } from '../../model/plan.ts';
import { splitArguments, withoutVariables } from '../../text/arguments.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { addressOf, componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';
import { homeDomain, portalUrl } from './portal-names.ts';
import { CURRENT } from './tls.ts';

/*
 * Pushgateway keeps the metrics of jobs that end before they can be scraped; the blackbox exporter probes what has no
 * metrics of its own.
 */
const WEB = `${CURRENT}/etc/prometheus/web.yml`;
const PROBES = 'etc/blackbox/blackbox.yml';

export function pushgatewayContribution(self: InfraHost): Contribution {
  const component = componentOf(self, 'pushgateway');
  if (!component) return {};
  const { settings } = self;
  const directory = pushedDirectory(self);
  const words = [
    `--web.listen-address=${addressOf(self, component)}`,
    `--web.config.file=${WEB}`,
    `--web.external-url=${portalUrl(settings)}/push/`,
    '--web.route-prefix=/',
    `--persistence.file=${directory}/pushgateway.metrics`,
    ...splitArguments(settings.pushgateway_options),
  ];
  const view = {
    ...common(self, component.image, words),
    dataDirectory: directory,
    marker: `${settings.prometheus_data}/.pigsty-state`,
  };
  return {
    files: [unitFile(component.unit, `infra/${component.unit}.ejs`, view)],
    units: [unitPlan(component.unit, { image: component.image })],
  };
}

/** The directory of what was pushed. */
export function pushedDirectory({ settings }: InfraHost): string {
  return `${settings.prometheus_data}/pushgateway`;
}

export function blackboxContribution(self: InfraHost): Contribution {
  const component = componentOf(self, 'blackbox');
  if (!component) return {};
  const { settings } = self;
  const words = [
    `--config.file=${CURRENT}/${PROBES}`,
    `--web.listen-address=${addressOf(self, component)}`,
    `--web.config.file=${WEB}`,
    `--web.external-url=${portalUrl(settings)}/blackbox/`,
    '--web.route-prefix=/',
    ...splitArguments(settings.blackbox_options),
  ];
  return {
    files: [
      { path: PROBES, mode: 0o644, group: 'prometheus', source: { kind: 'yaml', data: probers(self) } },
      unitFile(component.unit, `infra/${component.unit}.ejs`, common(self, component.image, words)),
    ],
    units: [unitPlan(component.unit, { image: component.image, reloadOn: [PROBES] })],
  };
}

function common({ instance }: InfraHost, image: string, words: readonly string[]) {
  return { root: { $image: image }, instance, arguments: withoutVariables(words) };
}

export const DNS_PROBE = 'dns_site';

/** Pigsty's modules, and ours for the site's pages and names (blackbox_exporter, "Configuration"). */
function probers({ settings }: InfraHost): PlanData {
  const ip4 = { preferred_ip_protocol: 'ip4' };
  return {
    modules: {
      icmp: { prober: 'icmp', icmp: ip4 },
      icmp_ttl5: { prober: 'icmp', timeout: '5s', icmp: { ...ip4, ttl: 5 } },
      tcp_connect: { prober: 'tcp', tcp: ip4 },
      http_2xx: { prober: 'http', http: ip4 },
      http_post_2xx: { prober: 'http', http: { ...ip4, method: 'POST' } },
      http_site: {
        prober: 'http',
        http: { ...ip4, tls_config: { ca_file: `${CURRENT}/etc/prometheus/ca.crt` } },
      },
      [DNS_PROBE]: {
        prober: 'dns',
        dns: {
          ...ip4,
          query_name: homeDomain(settings),
          query_type: 'A',
          // A portal without a name is an address, which DNS does not know.
          valid_rcodes: ['NOERROR', 'NXDOMAIN'],
        },
      },
    },
  };
}
