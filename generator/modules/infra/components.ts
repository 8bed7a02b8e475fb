import type { Settings } from '../../model/settings.ts';
import { hasGrafana, hasVictoriaLogs } from './carried.ts';
import type { InfraHost } from './hosts.ts';

/*
 * The programs of the centre. Each listens with TLS on the host's address, for clients with the infra hosts' certificate
 * (docs/decisions/monitoring.md, "Access"): the portal, and Prometheus of every infra host.
 */
export type Component = {
  /** As in labels of its metrics: `prometheus` is the cluster, `prometheus-1` the instance. */
  readonly name: 'nginx' | 'prometheus' | 'alertmanager' | 'pushgateway' | 'blackbox' | 'grafana' | 'vlogs';
  readonly unit: string;
  readonly image: string;
  readonly port: number;
  /** The parameter of the port. */
  readonly parameter:
    | 'nginx_exporter_port'
    | 'prometheus_port'
    | 'pushgateway_port'
    | 'alertmanager_port'
    | 'blackbox_port'
    | 'grafana_port'
    | 'vlogs_port';
};

/** The programs that a host has switched on, by Pigsty's names. */
export function componentsOf({ settings }: InfraHost): readonly Component[] {
  return ALL.flatMap(({ isOn, ...component }) =>
    isOn(settings) ? [{ ...component, port: settings[component.parameter] }] : [],
  );
}

export function componentOf(self: InfraHost, name: string): Component | undefined {
  return componentsOf(self).find((component) => component.name === name);
}

/** `10.10.10.10:9090` */
export function addressOf({ host }: InfraHost, { port }: Component): string {
  return `${host.ip}:${port}`;
}

/** Programs that know no client certificates: they listen on 127.0.0.1, and nginx shows their metrics (local-metrics.ts). */
export function isLocal({ name }: Component): boolean {
  return name === 'grafana' || name === 'vlogs';
}

type Row = Omit<Component, 'port'> & { isOn(settings: Settings): boolean };

const ALL: readonly Row[] = [
  {
    name: 'nginx',
    unit: 'nginx_exporter.service',
    image: 'nginx-exporter',
    parameter: 'nginx_exporter_port',
    isOn: (settings) => settings.nginx_enabled && settings.nginx_exporter_enabled,
  },
  {
    name: 'prometheus',
    unit: 'prometheus.service',
    image: 'prometheus',
    parameter: 'prometheus_port',
    isOn: (settings) => settings.prometheus_enabled,
  },
  {
    name: 'pushgateway',
    unit: 'pushgateway.service',
    image: 'pushgateway',
    parameter: 'pushgateway_port',
    isOn: (settings) => settings.pushgateway_enabled,
  },
  {
    name: 'alertmanager',
    unit: 'alertmanager.service',
    image: 'alertmanager',
    parameter: 'alertmanager_port',
    isOn: (settings) => settings.alertmanager_enabled,
  },
  {
    name: 'blackbox',
    unit: 'blackbox_exporter.service',
    image: 'blackbox',
    parameter: 'blackbox_port',
    isOn: (settings) => settings.blackbox_enabled,
  },
  {
    name: 'grafana',
    unit: 'grafana.service',
    image: 'grafana',
    parameter: 'grafana_port',
    isOn: hasGrafana,
  },
  {
    name: 'vlogs',
    unit: 'victoria_logs.service',
    image: 'victoria-logs',
    parameter: 'vlogs_port',
    isOn: hasVictoriaLogs,
  },
];
