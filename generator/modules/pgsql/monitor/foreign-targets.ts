import { type Offer, OpenPort, offer } from '../../../model/facts.ts';
import { infraIps } from '../../../model/infra.ts';
import { settingsOf } from '../../../model/module.ts';
import { ScrapeJob, ScrapeTarget } from '../../../model/monitoring.ts';
import type { Site } from '../../../model/site.ts';
import { PATH } from './exporters.ts';
import { type ForeignExporter, foreignInstances } from './foreign.ts';
import { JOB, PORT_JOB } from './foreign-exporters.ts';

/** Each Prometheus scrapes the exporter of its own host; if that has none for a server, the first one that there is. */
export function foreignOffers(site: Site): Offer[] {
  const instances = [...foreignInstances(site).values()];
  if (instances.length === 0) return [];
  const only = infraIps(site);
  const ports = instances.flat().map(({ host, port }) => ({ ip: host.ip, port, only }));
  return [
    offer(ScrapeJob, [
      { name: JOB, path: PATH, scheme: 'https' },
      { name: PORT_JOB, path: '/probe', scheme: 'http', probe: 'tcp_connect' },
    ]),
    offer(
      ScrapeTarget,
      instances.flatMap((all) => [...exporterTargets(all, site), ...all.slice(0, 1).map(portTarget)]),
    ),
    offer(OpenPort, ports),
  ];
}

function exporterTargets(all: readonly ForeignExporter[], site: Site): ScrapeTarget[] {
  const scraped = (ip: string) => all.find(({ host }) => host.ip === ip) ?? all[0];
  return all.flatMap((exporter) => {
    const scrapers = infraIps(site).filter((ip) => scraped(ip) === exporter);
    const { host, port } = exporter;
    const path = settingsOf(host).exporter_metrics_path;
    const target: ScrapeTarget = {
      ...common(exporter, JOB),
      address: `${host.ip}:${port}`,
      scrapers,
      // Every Prometheus calls the server the same, so that an alert is one.
      labels: { ...labelsOf(exporter), exporter: 'pg_exporter', instance: exporter.server },
    };
    return scrapers.length === 0 ? [] : [path === PATH ? target : { ...target, path }];
  });
}

function portTarget(exporter: ForeignExporter): ScrapeTarget {
  return {
    ...common(exporter, PORT_JOB),
    address: exporter.server,
    labels: { ...labelsOf(exporter), exporter: 'blackbox' },
  };
}

function common({ instance, entry }: ForeignExporter, job: string) {
  return { job, file: instance, ip: entry.pg_host };
}

function labelsOf({ entry, instance }: ForeignExporter) {
  return { cls: entry.pg_cluster, ins: instance };
}
