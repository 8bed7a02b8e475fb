import type { Settings } from '../../model/settings.ts';
import { componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';
import type { PortalEntry } from './schemas.ts';

/** Names of entries whose programs run on every infra host: the portal of each leads to its own. */
const OWN = ['prometheus', 'alertmanager', 'blackbox', 'pushgateway', 'grafana'];
/** Names of entries whose programs are not built. */
const NOT_BUILT = ['loki'];

/** What the name of an entry leads to. `own`: the component of this host. `none`: nothing of this site runs there. */
export type Destination =
  | { readonly kind: 'own'; readonly component: string }
  | { readonly kind: 'endpoint'; readonly endpoint: string }
  | { readonly kind: 'none' };

/** Where an entry's endpoint is an infra host, it means the centre's own program; anywhere else, somebody else's. */
export function destinationOf(
  [name, { endpoint }]: readonly [string, PortalEntry],
  self: InfraHost,
  infraAddresses: readonly string[],
): Destination {
  const host = endpoint?.split(':')[0] ?? '';
  // What stands for the centre is its own program here, also where `admin_ip` is another host.
  const centre = ['127.0.0.1', 'localhost', self.settings.admin_ip, ...infraAddresses];
  const isHere = endpoint === undefined || centre.includes(host);
  if (OWN.includes(name) && isHere)
    return componentOf(self, name) ? { kind: 'own', component: name } : { kind: 'none' };
  if (endpoint === undefined || (NOT_BUILT.includes(name) && isHere)) return { kind: 'none' };
  return { kind: 'endpoint', endpoint };
}

/** The domain of the portal's own page, or the admin host's address. */
export function homeDomain({ infra_portal, admin_ip }: Settings): string {
  return infra_portal.home?.domain ?? admin_ip;
}

/** `https://h.pigsty`, with a port if it is not the scheme's own. */
export function portalUrl(settings: Settings): string {
  return urlOf(homeDomain(settings), settings);
}

/** The path of the pages about alerts. */
export const ALERT_PAGES = 'alerts';

export function alertPagesUrl(settings: Settings): string {
  return `${portalUrl(settings)}/${ALERT_PAGES}`;
}

export function urlOf(domain: string, settings: Settings): string {
  const { nginx_sslmode: mode, nginx_port: plain, nginx_ssl_port: secure } = settings;
  if (mode === 'disable') return `http://${domain}${plain === 80 ? '' : `:${plain}`}`;
  return `https://${domain}${secure === 443 ? '' : `:${secure}`}`;
}

/** The domains of all entries, the home page's first: in the portal's certificate and in DNS. */
export function portalDomains({ infra_portal }: Settings): string[] {
  const { home, ...others } = infra_portal;
  const domains = [home, ...Object.values(others)].flatMap((entry) => entry?.domain ?? []);
  return [...new Set(domains)];
}
