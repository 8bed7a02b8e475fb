import type { Facts } from '../../../model/facts.ts';
import type { Contribution } from '../../../model/module.ts';
import { DashboardPage } from '../../../model/monitoring.ts';
import type { FilePlan, FileSource } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import { byFacts } from '../by-facts.ts';
import { componentOf } from '../components.ts';
import type { InfraHost } from '../hosts.ts';
import { portalUrl } from '../portal-names.ts';
import { CURRENT, tlsFiles } from '../tls.ts';
import { grafanaSettings } from './configuration.ts';
import { dashboardOf } from './dashboard.ts';
import { dashboardProvider, dataSources } from './provisioning.ts';

/*
 * Grafana, where an archive of the inventory carries it. It reads its configuration, data sources and dashboards at its start:
 * a change of any restarts it. Its state is its users, their preferences, and what people draw themselves.
 */
const DIRECTORY = 'etc/grafana';
const UNIT = 'grafana.service';
const USER = 'grafana';
const DATA = '/var/lib/grafana';
/** Where the start script copies the dashboards: Grafana knows them by their paths, which a generation changes. */
const DASHBOARDS = '/run/grafana/dashboards';

export function grafanaContribution(self: InfraHost, site: Site, facts: Facts): Contribution {
  const component = componentOf(self, 'grafana');
  if (!component) return {};
  const read = [
    ...configurationFiles(self, site),
    ...dashboardFiles(facts, `${portalUrl(self.settings)}/console`),
    ...tlsFiles(self, { directory: DIRECTORY, group: USER }, ['client']),
  ];
  const nowhere = { home: DATA, shell: '/usr/sbin/nologin' };
  // A release changes the tables of its database, and an older one cannot read them.
  const writer = { image: component.image, package: 'grafana', components: 2 };
  const owned = { mode: 0o700, owner: USER, group: USER };
  return {
    users: [{ name: USER, uid: 373, gid: 373, ...nowhere, gecos: 'dashboards', groups: [] }],
    directories: [{ path: DATA, ...owned, state: 'grafana', writer }],
    files: [
      ...read,
      unitFile(UNIT, 'infra/grafana.service.ejs', {
        root: { $image: component.image },
        instance: self.instance,
        dataDirectory: DATA,
      }),
    ],
    units: [unitPlan(UNIT, { image: component.image, restartOn: read.map(({ path }) => path) })],
  };
}

/** Values that may be secret or contain anything are files of their own, which the configuration names. */
function configurationFiles(self: InfraHost, site: Site): FilePlan[] {
  const { grafana_admin_username: name } = self.settings;
  const configuration = `${CURRENT}/${DIRECTORY}`;
  return [
    file('grafana.ini', { kind: 'ini', sections: grafanaSettings(self, { configuration, data: DATA }) }),
    secret('admin_user', name),
    secret('admin_password', { $secret: 'grafana_admin_password', as: 'plain' }),
    secret('secret_key', { $secret: 'grafana_secret_key', as: 'derived' }),
    file('provisioning/datasources/pigsty.yml', {
      kind: 'yaml',
      data: dataSources(self, site, configuration),
    }),
    file('provisioning/dashboards/pigsty.yml', { kind: 'yaml', data: dashboardProvider(DASHBOARDS) }),
    file('start.sh', {
      kind: 'template',
      template: 'infra/grafana-start.sh.ejs',
      view: { configuration, dataDirectory: DATA, dashboards: DASHBOARDS },
    }),
  ];
}

/** `dashboards/<page>.json`, of all pages of the site. */
function dashboardFiles(facts: Facts, console: string): FilePlan[] {
  const pages = pagesOf(facts);
  return pages.map((page) => {
    const text = JSON.stringify(dashboardOf({ page, pages, console }), null, 1);
    return file(`dashboards/${page.id}.json`, { kind: 'text', lines: text.split('\n') });
  });
}

const pagesOf = byFacts((facts: Facts) => facts.all(DashboardPage));

function file(name: string, source: FileSource): FilePlan {
  return { path: `${DIRECTORY}/${name}`, mode: 0o644, group: USER, source };
}

type Line = Extract<FileSource, { kind: 'text' }>['lines'][number];

function secret(name: string, line: Line): FilePlan {
  return { ...file(name, { kind: 'text', lines: [line] }), mode: 0o640 };
}
