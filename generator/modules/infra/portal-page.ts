import type { Facts } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { DashboardPage, PortalSite } from '../../model/monitoring.ts';
import type { FilePlan, FileSource } from '../../model/plan.ts';
import type { Site } from '../../model/site.ts';
import { VLOGS_PATH } from './carried.ts';
import { componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';
import { consoleFile } from './monitoring/console-file.ts';
import { ALERT_PAGES, destinationOf, urlOf } from './portal-names.ts';
import { rulesOf } from './site-files.ts';

/*
 * The pages that the portal serves itself, below /etc/pigsty/current/www: finished files of the compiler (dist/console/), and
 * what differs between sites.
 */
const DIRECTORY = 'www';
/** The files of dist/console/. */
const CONSOLE_FILES = ['index.html', 'app.js', 'style.css', 'portal.css'] as const;

/** The console, and what it shows of this site. */
export function consoleFiles(site: Site, facts: Facts): FilePlan[] {
  const pages = consoleFile(site.name, facts.all(DashboardPage));
  return [
    ...CONSOLE_FILES.map((asset) => file(asset, { kind: 'asset', asset })),
    file('pages.json', { kind: 'text', lines: [pages.trimEnd()] }),
  ];
}

/** The pages about the alerts that the site has, from docs/alerts. */
export function alertPages(facts: Facts): FilePlan[] {
  const alerts = rulesOf(facts).flatMap(({ rules }) =>
    rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])),
  );
  return [...new Set(alerts)].map((alert) => {
    const asset = `${ALERT_PAGES}/${alert}.html`;
    return file(asset, { kind: 'asset', asset });
  });
}

function file(name: string, source: FileSource): FilePlan {
  return { path: `${DIRECTORY}/${name}`, mode: 0o644, group: 'root', source };
}

/** A line of the page: `addresses` are where it is by path and by name. View of units/infra/portal.html.ejs. */
type PortalLink = {
  readonly title: string;
  readonly meaning: string;
  readonly addresses: readonly string[];
};

/** The page with links to all services. */
export function portalPage(self: InfraHost, site: Site, facts: Facts): FilePlan {
  const links = self.settings.nginx_navbar.map(({ name, url, desc = '' }) => ({ name, url, desc }));
  return file('portal/index.html', {
    kind: 'template',
    template: 'infra/portal.html.ejs',
    view: {
      site: site.name,
      instance: self.instance,
      services: [...ownLinks(self), ...entryLinks(self, site), ...siteLinks(facts)],
      links,
    },
  });
}

const OWN: readonly (readonly [name: string, path: string, title: string, meaning: string])[] = [
  ['grafana', '/ui/', 'Grafana', 'dashboards'],
  ['vlogs', `${VLOGS_PATH}/select/vmui/`, 'VictoriaLogs', 'search in all lines'],
  ['prometheus', '/prometheus/', 'Prometheus', 'metrics, rules and targets'],
  ['alertmanager', '/alertmanager/', 'Alertmanager', 'interface for alerts and silences'],
  ['blackbox', '/blackbox/', 'Blackbox exporter', 'probes of hosts and pages'],
  ['pushgateway', '/push/', 'Pushgateway', 'metrics of short jobs'],
];

function ownLinks(self: InfraHost): PortalLink[] {
  const { settings } = self;
  return OWN.flatMap(([name, path, title, meaning]) => {
    if (!componentOf(self, name)) return [];
    const domain = settings.infra_portal[name]?.domain;
    return [
      { title, meaning, addresses: [path, ...(domain === undefined ? [] : [`${urlOf(domain, settings)}/`])] },
    ];
  });
}

/** Services of others that have a name of the portal, or an address only. */
function entryLinks(self: InfraHost, site: Site): PortalLink[] {
  const { settings } = self;
  return Object.entries(settings.infra_portal).flatMap((entry) => {
    const [name, { domain, scheme = 'http' }] = entry;
    const destination = destinationOf(entry, self, infraIps(site));
    if (name === 'home' || destination.kind !== 'endpoint') return [];
    const address =
      domain === undefined ? `${scheme}://${destination.endpoint}/` : `${urlOf(domain, settings)}/`;
    return [{ title: name, meaning: '', addresses: [address] }];
  });
}

/** Pages that modules offer, such as those of each host's HAProxy. */
function siteLinks(facts: Facts): PortalLink[] {
  return facts
    .all(PortalSite)
    .map(({ name, title = name, path }) => ({ title, meaning: '', addresses: [path] }));
}
