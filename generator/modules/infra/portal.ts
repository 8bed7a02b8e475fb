import type { Facts } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import { exporterWeb } from '../../model/monitoring.ts';
import type { FilePlan, FileSource, View } from '../../model/plan.ts';
import type { Site } from '../../model/site.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { addressOf, componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';
import { JOURNAL_SOCKET } from './journal.ts';
import { localMetrics } from './local-metrics.ts';
import { alertPages, consoleFiles, portalPage } from './portal-page.ts';
import { DIRECTORY, portalServers, SNIPPETS } from './portal-servers.ts';
import { userFiles } from './portal-users.ts';
import { CURRENT, tlsFiles } from './tls.ts';

/*
 * nginx as the portal: what people reach of the monitoring centre. And the exporter of its metrics.
 */
const CONFIG = `${DIRECTORY}/nginx.conf`;
const START = `${DIRECTORY}/start.sh`;
const WEB = `${DIRECTORY}/web.yml`;
const UNIT = 'nginx.service';
const EXPORTER = 'nginx_exporter.service';
const HIGHEST_PRIVILEGED = 1023;

export function portalContribution(self: InfraHost, site: Site, facts: Facts): Contribution {
  const { settings } = self;
  if (!settings.nginx_enabled) return {};
  const read: FilePlan[] = [
    file(CONFIG, template('infra/nginx.conf.ejs', {})),
    ...siteFiles(self, site, facts),
    ...snippetFiles(),
    ...localMetrics(self),
    ...tlsFiles(self, { directory: DIRECTORY, group: 'nginx' }, ['portal', 'client']),
  ];
  const start = file(START, template('infra/nginx-start.sh.ejs', {}));
  const root = { $image: 'nginx' };
  return {
    users: [account()],
    directories: [{ path: settings.nginx_home, mode: 0o755, owner: 'root', group: 'root' }],
    files: [
      ...read,
      ...userFiles(settings),
      start,
      portalPage(self, site, facts),
      ...consoleFiles(site, facts),
      ...alertPages(facts),
      unitFile(UNIT, 'infra/nginx.service.ejs', {
        root,
        instance: self.instance,
        binds: [settings.nginx_home, ...pairsOfEntries(self)].join(' '),
        ...(settings.journal_enabled && { socket: JOURNAL_SOCKET }),
        hasLowPorts: Math.min(settings.nginx_port, settings.nginx_ssl_port) <= HIGHEST_PRIVILEGED,
      }),
      ...exporterFiles(self),
    ],
    units: [
      unitPlan(UNIT, { image: 'nginx', restartOn: [START], reloadOn: read.map(({ path }) => path) }),
      ...(componentOf(self, 'nginx') ? [unitPlan(EXPORTER, { image: 'nginx-exporter' })] : []),
    ],
  };
}

function account() {
  const nowhere = { home: '/run/nginx', shell: '/usr/sbin/nologin' };
  return { name: 'nginx', uid: 377, gid: 377, ...nowhere, gecos: 'portal', groups: [] };
}

function siteFiles(self: InfraHost, site: Site, facts: Facts): FilePlan[] {
  return [...portalServers(self, site, facts)].map(([name, servers]) =>
    file(`${DIRECTORY}/sites/${name}.conf`, template('infra/site.conf.ejs', { name, servers })),
  );
}

function snippetFiles(): FilePlan[] {
  return Object.entries(SNIPPETS).map(([name, directives]) =>
    file(`${DIRECTORY}/${name}.conf`, { kind: 'text', lines: directives.map((line) => `${line};`) }),
  );
}

/** Keys and certificates that entries name are files of the host. */
function pairsOfEntries({ settings }: InfraHost): string[] {
  return Object.values(settings.infra_portal).flatMap(({ cert, key }) =>
    [cert, key].flatMap((path) => (path === undefined ? [] : [`-${path}`])),
  );
}

/** The exporter reads its certificate at each handshake, and nginx's state at each scrape. */
function exporterFiles(self: InfraHost): FilePlan[] {
  const component = componentOf(self, 'nginx');
  if (!component) return [];
  return [
    file(WEB, { kind: 'yaml', data: exporterWeb(`${CURRENT}/${DIRECTORY}`, 'portal') }),
    unitFile(EXPORTER, 'infra/nginx_exporter.service.ejs', {
      root: { $image: 'nginx-exporter' },
      instance: self.instance,
      address: addressOf(self, component),
      webConfig: `${CURRENT}/${WEB}`,
      status: `http://127.0.0.1:${self.settings.nginx_port}/nginx`,
    }),
  ];
}

function template(name: string, view: View): FileSource {
  return { kind: 'template', template: name, view };
}

function file(path: string, source: FileSource): FilePlan {
  return { path, mode: 0o644, group: 'nginx', source };
}
