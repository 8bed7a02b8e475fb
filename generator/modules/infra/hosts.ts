import { isInfraHost } from '../../model/infra.ts';
import { settingsOf } from '../../model/module.ts';
import { perSite } from '../../model/per-site.ts';
import type { Settings } from '../../model/settings.ts';
import type { SiteHost, SiteHosts } from '../../model/site.ts';

/** A host of the monitoring centre; `instance` is its name, `infra-1`. */
export type InfraHost = {
  readonly host: SiteHost;
  readonly seq: number;
  readonly instance: string;
  readonly settings: Settings;
};

/** The hosts by infra_seq; hosts without one are ignored. */
export const infraHosts = perSite((site): readonly InfraHost[] =>
  site.hosts
    .filter((host) => isInfraHost(host) && host.parameters.values.infra_seq !== undefined)
    .map((host) => {
      const settings = settingsOf(host);
      const { infra_seq: seq = 0 } = settings;
      return { host, seq, instance: `infra-${seq}`, settings };
    })
    .sort((a, b) => a.seq - b.seq),
);

export function infraHostOf(host: SiteHost, site: SiteHosts): InfraHost | undefined {
  return infraHosts(site).find((one) => one.host === host);
}
