import { settingsOf } from '../model/module.ts';
import { perSite } from '../model/per-site.ts';
import type { SiteHost } from '../model/site.ts';
import { daysOf } from '../text/days.ts';
import { type Ranges, rangesFor } from '../text/recording.ts';

/** What the rules of all modules depend on: how often the site's Prometheus scrapes. Times in seconds. */
export type RuleSettings = {
  readonly scrapeSeconds: number;
  readonly timeoutSeconds: number;
  readonly ranges: Ranges;
  /** The addresses of the hosts that watch: each has a Prometheus and an Alertmanager, if it is enabled there. */
  readonly watchers: readonly string[];
  /** The number of Alertmanagers. */
  readonly managers: number;
  /** `cert_validity` of the site, in days. */
  readonly certificateDays: number;
};

export const ruleSettings = perSite((site): RuleSettings => {
  const hosts = site.hosts.filter(isWatcher);
  const [first] = hosts.length > 0 ? hosts : site.hosts;
  const {
    prometheus_scrape_interval = '10s',
    prometheus_scrape_timeout = '8s',
    cert_validity = '730d',
  } = first ? settingsOf(first) : {};
  const scrapeSeconds = secondsOf(prometheus_scrape_interval);
  return {
    scrapeSeconds,
    timeoutSeconds: secondsOf(prometheus_scrape_timeout),
    ranges: rangesFor(scrapeSeconds),
    watchers: hosts.map(({ ip }) => ip),
    managers: site.hosts.filter(
      (host) => host.groups.includes('infra') && settingsOf(host).alertmanager_enabled,
    ).length,
    certificateDays: daysOf(String(cert_validity)),
  };
});

function isWatcher(host: SiteHost): boolean {
  return host.groups.includes('infra') && settingsOf(host).prometheus_enabled;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** `1m30s` -> 90; a number without a unit has seconds. */
function secondsOf(interval: string | number): number {
  const parts = String(interval).matchAll(/(\d+(?:\.\d+)?)\s?([a-z]*)/g);
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit || 's'] ?? 1),
    0,
  );
}
