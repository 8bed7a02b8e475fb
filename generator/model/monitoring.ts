import type { HostIp } from './brand.ts';
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
};
export const ScrapeJob: Channel<ScrapeJob> = { name: 'scrape job' };

/**
 * Something to scrape. `file` is its file below `targets/<job>/`, without the ending: targets of one file are one instance,
 * and its file is all that changes when the instance does. `ip` joins it with the metrics of its node.
 */
export type ScrapeTarget = {
  readonly job: string;
  readonly file: string;
  readonly ip: HostIp;
  /** `host:port`; for probes, what is probed. */
  readonly address: string;
  readonly labels: { readonly cls: string; readonly ins: string; readonly [label: string]: string };
  /** Where it is not as its job says. */
  readonly scheme?: 'http' | 'https';
  readonly path?: string;
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

/** Names of an address, for the DNS servers of the site. `file` groups records that come and go together. */
export type DnsRecord = { readonly file: string; readonly ip: string; readonly names: readonly string[] };
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
  /** It asks for a password of its own; the portal does not ask for another one. */
  readonly hasLogin?: true;
};
export const PortalSite: Channel<PortalSite> = { name: 'portal site' };

/** The name in the client certificate of the infra hosts; exporters accept no other client. */
export const SCRAPER = 'prometheus.infra';
