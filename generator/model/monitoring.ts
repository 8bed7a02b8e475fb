import type { HostIp } from './brand.ts';
import type { Page } from './dashboard.ts';
import type { Channel } from './facts.ts';

/*
 * What modules tell the monitoring centre (docs/decisions/monitoring.md). Names of jobs, labels and metrics are Pigsty's
 * (monitoring.md, sections 1.3 to 1.5).
 */

/** How the targets of a job are scraped. A job is offered once; its targets may come from several modules. */
export type ScrapeJob = {
  readonly name: string;
  readonly path: string;
  /** `https`: with the infra host's client certificate. */
  readonly scheme: 'http' | 'https';
  /** A module of the blackbox exporter: the exporter probes the targets, and nothing connects to them otherwise. */
  readonly probe?: string;
  /** Labels of the scraped metrics count, where they differ from the target's. */
  readonly honorsLabels?: true;
  /** Metrics that say that they are of another job are left out: those are a job of their own. */
  readonly ownOnly?: true;
};
export const ScrapeJob: Channel<ScrapeJob> = { name: 'scrape job' };

/** Programs with metrics, as in the label `exporter`. `blackbox` is that of everything that is probed. */
export const EXPORTERS = [
  ...(['node', 'haproxy', 'promtail', 'docker', 'etcd'] as const),
  ...(['pg_exporter', 'pgbouncer_exporter', 'patroni', 'pgbackrest_exporter'] as const),
  ...(['prometheus', 'alertmanager', 'pushgateway', 'blackbox', 'nginx', 'grafana', 'vlogs'] as const),
] as const;
export type Exporter = (typeof EXPORTERS)[number];

/**
 * Something to scrape. `file` is its file below `targets/<job>/`, without the ending: targets of one file are one instance,
 * and its file is all that changes when the instance does. `ip` joins it with the metrics of its node. A label `instance` stands
 * for the address, where several addresses have the metrics of one thing.
 */
export type ScrapeTarget = {
  readonly job: string;
  readonly file: string;
  /** Of a host; of a server outside the site, its address or name. */
  readonly ip: string;
  /** `host:port`; for probes, what is probed. */
  readonly address: string;
  /**
   * `exporter` is the program that answers: targets of one job may be of several, and `up` has no other sign of it than the
   * port.
   */
  readonly labels: {
    readonly cls: string;
    readonly ins: string;
    readonly exporter: Exporter;
    readonly [label: string]: string;
  };
  /** Where it is not as its job says. */
  readonly scheme?: 'http' | 'https';
  readonly path?: string;
  /** The infra hosts that scrape it; all of them if absent. */
  readonly scrapers?: readonly HostIp[];
};
export const ScrapeTarget: Channel<ScrapeTarget> = { name: 'scrape target' };

/** A value that is computed at each interval, and stored under a name of its own. */
export type RecordingRule = { readonly record: string; readonly expr: string };

/**
 * An alert. `level` 0, 1, 2 is the severity CRIT, WARN, INFO. `summary` is one sentence; `{{ $value }}` and `{{ $labels.x }}`
 * are Prometheus's. What to do about it is in docs/alerts/<alert>.md.
 */
export type AlertRule = {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold, as `1m`. */
  readonly for?: string;
  readonly level: 0 | 1 | 2;
  readonly category: string;
  readonly summary: string;
};

export type RuleGroup = { readonly name: string; readonly rules: readonly (RecordingRule | AlertRule)[] };
export const RuleGroup: Channel<RuleGroup> = { name: 'rule group' };

/** Pages of the console. */
export const DashboardPage: Channel<Page> = { name: 'dashboard page' };

/** A store of lines beside the journals of an infra host: where the receiver of journals there passes them on to it. */
export type LogStore = { readonly ip: HostIp; readonly path: string };
export const LogStore: Channel<LogStore> = { name: 'log store' };

/** Names of an address, for the DNS servers of the site. `file` groups records that come and go together. */
export type DnsRecord = {
  readonly file: string;
  /** Of a host, or a VIP. */
  readonly ip: string;
  readonly names: readonly string[];
};
export const DnsRecord: Channel<DnsRecord> = { name: 'dns record' };

/**
 * A web page of a host that people reach through the portal: below `path` of the portal's own site, which ends with a slash.
 * `address` is `host:port`; with a path, that one stands for `path` there. `https` is with the infra host's client
 * certificate.
 */
export type PortalSite = {
  readonly name: string;
  /** For the list of pages; the name if absent. */
  readonly title?: string;
  readonly path: string;
  readonly upstream: {
    readonly scheme: 'http' | 'https';
    readonly address: string;
    /** A name in the server's certificate; `localhost`, which all of the site have, if absent. */
    readonly certificateName?: string;
  };
};
export const PortalSite: Channel<PortalSite> = { name: 'portal site' };

/**
 * The name in the client certificate of the infra hosts, as common name and among its alternative names; exporters accept no
 * other client.
 */
export const SCRAPER = 'prometheus.infra';

/** The account of exporters, which may read their certificate; every host has it (modules/node/exporter.ts). */
export const EXPORTER = { name: 'exporter', uid: 378, gid: 378 } as const;

/** The listener of exporters in exporter-toolkit's format: TLS, and {@link SCRAPER} as the only client. */
export const EXPORTER_WEB = '/etc/pigsty/current/etc/exporter/web.yml';

/** A file for exporter-toolkit; `directory` has the certificate, as `pair` (its documentation, "web-configuration"). */
export function exporterWeb(directory: string, pair: 'server' | 'portal' = 'server') {
  return {
    tls_server_config: {
      cert_file: `${directory}/${pair}.crt`,
      key_file: `${directory}/${pair}.key`,
      client_auth_type: 'RequireAndVerifyClientCert',
      client_ca_file: `${directory}/ca.crt`,
      client_allowed_sans: [SCRAPER],
      min_version: 'TLS12',
    },
  };
}
