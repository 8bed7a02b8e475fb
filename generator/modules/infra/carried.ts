import type { Settings } from '../../model/settings.ts';
import { packageMatcher } from '../../text/package-patterns.ts';

/** Pigsty's path of Grafana below the portal's own page. */
export const GRAFANA_PATH = '/ui/';

/**
 * Whether an archive of `image_sources` says that it supplies a package that Debian does not have. An archive without a list,
 * or with `*`, does not: Debian may have another program of that name.
 */
export function isCarried(name: string, settings: Settings): boolean {
  const { image_sources, image_platform, image_platforms } = settings;
  const platform = image_platforms[name] ?? image_platform;
  return image_sources.some((source) => {
    const named = source.packages?.filter((one) => one !== '*') ?? [];
    return (source.platform ?? image_platform) === platform && packageMatcher(named)(name);
  });
}

/** Where VictoriaLogs is, on its host and below the portal. */
export const VLOGS_PATH = '/vlogs';

/** Whether a host runs VictoriaLogs, which gets what the host receives of journals. */
export function hasVictoriaLogs(settings: Settings): boolean {
  const isWanted = settings.loki_enabled && settings.journal_enabled && settings.nginx_enabled;
  return isWanted && isCarried('victoria-logs', settings);
}

/** Whether a host runs Grafana. People reach it through the portal only. */
export function hasGrafana(settings: Settings): boolean {
  return settings.grafana_enabled && settings.nginx_enabled && isCarried('grafana', settings);
}
