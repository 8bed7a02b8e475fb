import type { Contribution } from '../../model/module.ts';
import type { FilePlan, PlanData } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site } from '../../model/site.ts';
import { rootCommand } from '../../text/command.ts';
import { withSecretRefs } from '../../text/secret-refs.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { addressOf, type Component, componentOf } from './components.ts';
import { type InfraHost, infraHosts } from './hosts.ts';
import { argumentsIn, optionName, withoutVariables } from './options.ts';
import { portalUrl } from './portal-names.ts';
import { RECEIVER_SECRETS } from './schemas.ts';
import { CURRENT, clientTls } from './tls.ts';

/*
 * Alertmanager. Those of several infra hosts form a cluster, with TLS: each gets every alert, and they agree on who delivers
 * it.
 */
const DIRECTORY = 'etc/alertmanager';
const TLS = 'etc/prometheus';
const CONFIG = `${DIRECTORY}/alertmanager.yml`;
const CLUSTER = `${DIRECTORY}/cluster.yml`;
const UNIT = 'alertmanager.service';
const CHECK = 'checks/alertmanager';
const SECRETS: ReadonlySet<string> = new Set(RECEIVER_SECRETS);
/** How long a member waits for the one before it to deliver an alert. */
const PEER_SECONDS = 5;
/** Without receivers, alerts are shown and go nowhere. */
export const NOBODY = 'nobody';

export function alertmanagerContribution(self: InfraHost, site: Site): Contribution {
  const component = componentOf(self, 'alertmanager');
  if (!component) return {};
  const root = { $image: 'alertmanager' };
  return {
    files: [
      yamlFile(CONFIG, configOf(self.settings, peersOf(self, site).length > 0), 0o640),
      yamlFile(CLUSTER, clusterTls(site), 0o644),
      ...amtoolFiles(`https://${addressOf(self, component)}`),
      unitFile(UNIT, 'infra/alertmanager.service.ejs', {
        root,
        instance: self.instance,
        dataDirectory: storageOf(self.settings),
        marker: `${self.settings.prometheus_data}/.pigsty-state`,
        arguments: withoutVariables(argumentsOf(self, component, site)),
      }),
      rootCommand('amtool', {
        root,
        user: 'prometheus',
        program: '/usr/bin/amtool',
        binds: [],
        environment: [],
      }),
      {
        path: CHECK,
        mode: 0o755,
        group: 'root',
        source: { kind: 'template', template: 'infra/alertmanager-check.sh.ejs', view: {} },
      },
    ],
    // It reads its certificates at each handshake, that of the cluster at its start.
    units: [unitPlan(UNIT, { image: 'alertmanager', restartOn: [CLUSTER], reloadOn: [CONFIG] })],
    checks: [{ name: 'alertmanager', script: CHECK, timeoutSeconds: 60 }],
  };
}

/** Its own directory below that of Prometheus, as in Pigsty. */
export function storageOf({ prometheus_data }: Settings): string {
  return `${prometheus_data}/alertmanager`;
}

function argumentsOf(self: InfraHost, component: Component, site: Site): string[] {
  const { settings } = self;
  return [
    `--config.file=${CURRENT}/${CONFIG}`,
    `--storage.path=${storageOf(settings)}`,
    `--web.listen-address=${addressOf(self, component)}`,
    `--web.config.file=${CURRENT}/${TLS}/web.yml`,
    `--web.external-url=${portalUrl(settings)}/alertmanager/`,
    '--web.route-prefix=/',
    ...clusterArguments(self, site),
    ...argumentsIn(settings.alertmanager_options),
  ];
}

/** The infra hosts with an Alertmanager, beside this one. */
export function peersOf(self: InfraHost, site: Site): InfraHost[] {
  return infraHosts(site).filter((one) => one !== self && one.settings.alertmanager_enabled);
}

/** One alone listens on no port for a cluster. */
function clusterArguments(self: InfraHost, site: Site): string[] {
  const peers = peersOf(self, site);
  if (peers.length === 0) return ['--cluster.listen-address='];
  const address = ({ host, settings }: InfraHost) => `${host.ip}:${settings.alertmanager_cluster_port}`;
  return [
    `--cluster.listen-address=${address(self)}`,
    `--cluster.advertise-address=${address(self)}`,
    ...peers.map((peer) => `--cluster.peer=${address(peer)}`),
    `--cluster.tls-config=${CURRENT}/${CLUSTER}`,
    ...(isGiven(self.settings, 'cluster.peer-timeout') ? [] : [`--cluster.peer-timeout=${PEER_SECONDS}s`]),
  ];
}

/** Programs take an option once. */
function isGiven({ alertmanager_options: text }: Settings, option: string): boolean {
  return argumentsIn(text).some((word) => optionName(word) === option);
}

/** Both ends show certificates of infra hosts ("Gossip traffic" in Alertmanager's documentation of HTTPS). */
function clusterTls(site: Site): PlanData {
  const path = `${CURRENT}/${TLS}`;
  const pair = { cert_file: `${path}/server.crt`, key_file: `${path}/server.key` };
  return {
    tls_server_config: {
      ...pair,
      client_ca_file: `${path}/ca.crt`,
      client_auth_type: 'RequireAndVerifyClientCert',
      client_allowed_sans: infraHosts(site).map(({ instance }) => instance),
    },
    tls_client_config: { ...pair, ca_file: `${path}/ca.crt` },
  };
}

/**
 * Pigsty's times; what the inventory says comes after them, and wins. In a cluster, a member that compares what another one
 * has sent since it began must do that rarely, or it sends again what has just been resolved.
 */
function configOf(settings: Settings, isClustered: boolean): PlanData {
  const receivers = settings.alertmanager_receivers;
  const first = receivers[0]?.name ?? NOBODY;
  return {
    global: withSecretRefs(settings.alertmanager_global, 'alertmanager_global', SECRETS),
    route: {
      receiver: first,
      group_by: ['alertname'],
      group_wait: '10s',
      group_interval: isClustered ? '1m' : '10s',
      repeat_interval: '1h',
      ...settings.alertmanager_route,
    },
    inhibit_rules: settings.alertmanager_inhibit_rules,
    receivers:
      receivers.length > 0
        ? withSecretRefs(receivers, 'alertmanager_receivers', SECRETS)
        : [{ name: NOBODY }],
  };
}

/** amtool reads its own settings from a link to the first file. */
function amtoolFiles(url: string): FilePlan[] {
  const client = `${DIRECTORY}/client.yml`;
  return [
    yamlFile(
      `${DIRECTORY}/amtool.yml`,
      { 'alertmanager.url': url, 'http.config.file': `${CURRENT}/${client}`, 'version-check': false },
      0o644,
    ),
    yamlFile(client, { tls_config: clientTls(TLS) }, 0o644),
  ];
}

function yamlFile(path: string, data: PlanData, mode: number): FilePlan {
  return { path, mode, group: 'prometheus', source: { kind: 'yaml', data } };
}
