import type { Facts } from '../../model/facts.ts';
import { ScrapeJob } from '../../model/monitoring.ts';
import type { PlanData } from '../../model/plan.ts';
import type { Site } from '../../model/site.ts';
import { addressOf, componentOf } from './components.ts';
import { type InfraHost, infraHosts } from './hosts.ts';
import { targetsOf } from './site-files.ts';
import { CURRENT, clientTls } from './tls.ts';

const DIRECTORY = 'etc/prometheus';

/**
 * A section of prometheus.yml for each job that has targets ("scrape_config"): Prometheus complains each second about a
 * directory that is not there. Jobs that need a blackbox exporter only if there is one.
 */
export function scrapeConfigs(self: InfraHost, site: Site, facts: Facts): PlanData[] {
  const prober = proberOf(self, site);
  const used = new Set(targetsOf(facts, self.host.ip).map(({ job }) => job));
  return facts.all(ScrapeJob).flatMap((job): PlanData[] => {
    if (!used.has(job.name)) return [];
    if (job.probe === undefined) return [{ ...common(self, job), metrics_path: job.path }];
    return prober === undefined ? [] : [probeConfig(self, { ...job, probe: job.probe }, prober)];
  });
}

function drop(label: string, regex: string): PlanData {
  return { source_labels: [label], regex, action: 'drop' };
}

/** `https` and the client certificate also for jobs whose targets differ from it: their label decides. */
function common({ settings }: InfraHost, job: ScrapeJob) {
  return {
    job_name: job.name,
    ...(job.honorsLabels && { honor_labels: true }),
    ...(job.ownOnly && { metric_relabel_configs: [drop('exported_job', '.+')] }),
    // Whoever pushes says of what: not what alerts and rules read.
    ...(job.honorsLabels && { metric_relabel_configs: [drop('__name__', 'up|ALERTS.*|.+:.+')] }),
    scheme: job.scheme,
    tls_config: clientTls(DIRECTORY),
    file_sd_configs: [
      {
        files: [`${CURRENT}/${DIRECTORY}/targets/${job.name}/*.yml`],
        refresh_interval: settings.prometheus_sd_interval,
      },
    ],
  };
}

/** The exporter probes the target and answers with metrics about it ("Multi-target exporter pattern"). */
function probeConfig(self: InfraHost, job: ScrapeJob & { readonly probe: string }, prober: string): PlanData {
  return {
    ...common(self, { ...job, scheme: 'https' }),
    metrics_path: '/probe',
    params: { module: [job.probe] },
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], target_label: 'instance' },
      { target_label: '__address__', replacement: prober },
    ],
  };
}

/** The blackbox exporter of this host, or of the first one that has it. */
function proberOf(self: InfraHost, site: Site): string | undefined {
  const [prober] = [self, ...infraHosts(site)].flatMap((one) => {
    const blackbox = componentOf(one, 'blackbox');
    return blackbox ? [addressOf(one, blackbox)] : [];
  });
  return prober;
}
