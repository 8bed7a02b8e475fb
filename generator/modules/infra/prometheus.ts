import type { Facts } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import type { FilePlan, FileSource, PlanData } from '../../model/plan.ts';
import type { Site } from '../../model/site.ts';
import { splitArguments, withoutVariables } from '../../text/arguments.ts';
import { rootCommand } from '../../text/command.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { addressOf, type Component, componentOf } from './components.ts';
import { type InfraHost, infraHosts } from './hosts.ts';
import { alertPagesUrl, portalUrl } from './portal-names.ts';
import { scrapeConfigs } from './scrape-config.ts';
import { ruleFiles, targetFiles } from './site-files.ts';
import { CURRENT, clientTls } from './tls.ts';

/*
 * Prometheus. Targets are files that it reads by itself; jobs and rules are reloaded after promtool has accepted them. It
 * restarts for its own arguments, unit and image only.
 */
export const DIRECTORY = 'etc/prometheus';
const CONFIG = `${DIRECTORY}/prometheus.yml`;
const CLIENT = `${DIRECTORY}/client.yml`;
const UNIT = 'prometheus.service';
const CHECK = 'checks/prometheus';
/** With days of metrics, it reads its log of changes for minutes before it is ready. */
const READY_SECONDS = 300;

export function prometheusContribution(self: InfraHost, site: Site, facts: Facts): Contribution {
  const component = componentOf(self, 'prometheus');
  if (!component) return {};
  const pages = self.settings.nginx_enabled ? alertPagesUrl(self.settings) : undefined;
  const rules = ruleFiles(facts, pages);
  const url = `https://${addressOf(self, component)}`;
  const root = { $image: 'prometheus' };
  return {
    files: [
      file(CONFIG, { kind: 'yaml', data: config(self, site, facts) }),
      file(CLIENT, { kind: 'yaml', data: { tls_config: clientTls(DIRECTORY) } }),
      ...rules,
      ...targetFiles(facts, self.host.ip),
      unitFile(UNIT, 'infra/prometheus.service.ejs', {
        root,
        instance: self.instance,
        dataDirectory: self.settings.prometheus_data,
        arguments: withoutVariables(argumentsOf(self, component)),
      }),
      rootCommand('promtool', {
        root,
        user: 'prometheus',
        program: '/usr/bin/promtool',
        binds: [],
        environment: [],
      }),
      {
        path: CHECK,
        mode: 0o755,
        group: 'root',
        source: {
          kind: 'template',
          template: 'infra/prometheus-check.sh.ejs',
          view: { client: `${CURRENT}/${CLIENT}`, url },
        },
      },
    ],
    units: [unitPlan(UNIT, { image: 'prometheus', reloadOn: [CONFIG, ...rules.map(({ path }) => path)] })],
    checks: [{ name: 'prometheus', script: CHECK, timeoutSeconds: READY_SECONDS }],
  };
}

/** The arguments that are ours (`prometheus --help`); the inventory's follow. */
function argumentsOf(self: InfraHost, component: Component): string[] {
  const { settings } = self;
  return [
    `--config.file=${CURRENT}/${CONFIG}`,
    `--storage.tsdb.path=${settings.prometheus_data}/data`,
    `--web.listen-address=${addressOf(self, component)}`,
    `--web.config.file=${CURRENT}/${DIRECTORY}/web.yml`,
    `--web.external-url=${portalUrl(settings)}/prometheus/`,
    '--web.route-prefix=/',
    '--web.page-title=Prometheus',
    ...splitArguments(settings.prometheus_options),
  ];
}

function config(self: InfraHost, site: Site, facts: Facts): PlanData {
  const { settings } = self;
  return {
    global: {
      scrape_interval: settings.prometheus_scrape_interval,
      scrape_timeout: settings.prometheus_scrape_timeout,
      evaluation_interval: settings.prometheus_scrape_interval,
      // No target may fill the memory or the disk.
      body_size_limit: '50MB',
      sample_limit: 200_000,
      label_limit: 64,
      label_value_length_limit: 4096,
    },
    rule_files: [`${CURRENT}/${DIRECTORY}/rules/*.yml`],
    alerting: alerting(site),
    scrape_configs: scrapeConfigs(self, site, facts),
  };
}

/** Every Alertmanager gets every alert: they tell each other what they have delivered. */
function alerting(site: Site): PlanData {
  const targets = infraHosts(site).flatMap((one) => {
    const manager = componentOf(one, 'alertmanager');
    return manager ? [addressOf(one, manager)] : [];
  });
  if (targets.length === 0) return {};
  return {
    alertmanagers: [
      {
        api_version: 'v2',
        scheme: 'https',
        tls_config: clientTls(DIRECTORY),
        static_configs: [{ targets }],
      },
    ],
  };
}

function file(path: string, source: FileSource): FilePlan {
  return { path, mode: 0o644, group: 'prometheus', source };
}
