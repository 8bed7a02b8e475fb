import type { PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { addressOf, componentOf } from '../components.ts';
import { type InfraHost, infraHosts } from '../hosts.ts';
import { PROMETHEUS } from './schema.ts';

/** The Prometheus of this host, or of the first one that has it, with the infra host's certificate ("Provision Grafana"). */
export function dataSources(self: InfraHost, site: Site, configuration: string): PlanData {
  const { settings } = self;
  const [address] = [self, ...infraHosts(site)].flatMap((one) => {
    const prometheus = componentOf(one, 'prometheus');
    return prometheus ? [addressOf(one, prometheus)] : [];
  });
  const read = (name: string) => `$__file{${configuration}/${name}}`;
  const prometheus = {
    ...PROMETHEUS,
    access: 'proxy',
    url: `https://${address}`,
    isDefault: true,
    editable: false,
    jsonData: {
      httpMethod: 'POST',
      timeInterval: settings.prometheus_scrape_interval,
      manageAlerts: true,
      tlsAuth: true,
      tlsAuthWithCACert: true,
    },
    secureJsonData: {
      tlsCACert: read('ca.crt'),
      tlsClientCert: read('client.crt'),
      tlsClientKey: read('client.key'),
    },
  };
  return { apiVersion: 1, prune: true, datasources: address === undefined ? [] : [prometheus] };
}

/** Dashboards from files: those that are gone are deleted, and nobody changes one in the browser. */
export const dashboardProvider = (path: string): PlanData => ({
  apiVersion: 1,
  providers: [
    {
      name: 'pigsty',
      orgId: 1,
      type: 'file',
      folder: 'Pigsty',
      disableDeletion: false,
      allowUiUpdates: false,
      updateIntervalSeconds: 60,
      options: { path },
    },
  ],
});
