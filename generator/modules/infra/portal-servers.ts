import type { Facts } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { PortalSite } from '../../model/monitoring.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site } from '../../model/site.ts';
import { addressOf, componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';
import { destinationOf, homeDomain, urlOf } from './portal-names.ts';
import { USERS } from './portal-users.ts';
import type { PortalEntry } from './schemas.ts';
import { CURRENT } from './tls.ts';

/*
 * The servers of nginx: one for each name of the portal. A page that asks for the portal's password is served with TLS only,
 * unless TLS is off; on the plain port it leads there.
 */
export const DIRECTORY = 'etc/nginx';
const PATHS = ['prometheus', 'alertmanager', 'blackbox'];

/** A `server` of nginx: view of units/infra/site.conf.ejs. Lines are directives without their semicolon. */
export type PortalServer = {
  readonly names: string;
  readonly lines: readonly string[];
  readonly locations: readonly { readonly match: string; readonly lines: readonly string[] }[];
};

/** A page before it is known on which ports it is served. */
type Page = {
  readonly match: string;
  readonly lines: readonly string[];
  readonly access: 'open' | 'password' | 'own login' | 'this host';
};

type Names = {
  readonly name: string;
  readonly domains: readonly string[];
  readonly isDefault: boolean;
  readonly certificate: string;
  readonly key: string;
};

/** The servers by the name of the entry. */
export function portalServers(self: InfraHost, site: Site, facts: Facts): Map<string, PortalServer[]> {
  const { infra_portal } = self.settings;
  const found = new Map([
    ['home', serversOf(namesOf(self, ['home', infra_portal.home ?? {}]), homePages(self, facts), self)],
  ]);
  for (const entry of Object.entries(infra_portal)) {
    const pages = entry[0] === 'home' ? [] : entryPages(entry, self, site);
    if (entry[1].domain !== undefined && pages.length > 0)
      found.set(entry[0], serversOf(namesOf(self, entry), pages, self));
  }
  return found;
}

function namesOf({ settings }: InfraHost, [name, entry]: readonly [string, PortalEntry]): Names {
  const isDefault = name === 'home';
  const domain = entry.domain ?? homeDomain(settings);
  return {
    name,
    domains: isDefault ? [domain, 'localhost'] : [domain],
    isDefault,
    certificate: entry.cert ?? `${CURRENT}/${DIRECTORY}/portal.crt`,
    key: entry.key ?? `${CURRENT}/${DIRECTORY}/portal.key`,
  };
}

/** The plain server, and the one with TLS. */
function serversOf(names: Names, pages: readonly Page[], { settings }: InfraHost): PortalServer[] {
  const { nginx_port, nginx_ssl_port, nginx_sslmode: mode } = settings;
  const suffix = names.isDefault ? ' default_server' : '';
  const plain: PortalServer = {
    names: names.domains.join(' '),
    lines: [`listen ${nginx_port}${suffix}`],
    locations: pages.map((page) => (isPlain(page, mode) ? location(page) : redirect(page, settings))),
  };
  if (mode === 'disable') return [plain];
  const secure: PortalServer = {
    names: names.domains.join(' '),
    lines: [
      `listen ${nginx_ssl_port} ssl${suffix}`,
      'http2 on',
      `ssl_certificate ${names.certificate}`,
      `ssl_certificate_key ${names.key}`,
    ],
    locations: pages.filter(({ access }) => access !== 'this host').map(location),
  };
  return [plain, secure];
}

function isPlain({ access }: Page, mode: Settings['nginx_sslmode']): boolean {
  if (mode === 'disable' || access === 'this host') return true;
  return access === 'open' || (mode === 'enable' && access === 'own login');
}

function location({ match, lines, access }: Page) {
  const password = ['auth_basic pigsty', `auth_basic_user_file ${CURRENT}/${USERS}`];
  return { match, lines: [...(access === 'password' ? password : []), ...lines] };
}

/** With the name that the client has used. */
function redirect({ match }: Page, settings: Settings) {
  return { match, lines: [`return 301 ${urlOf('$host', settings)}$request_uri`] };
}

function homePages(self: InfraHost, facts: Facts): Page[] {
  const sites = facts.all(PortalSite);
  return [
    {
      match: '= /ca.crt',
      lines: ['default_type application/x-x509-ca-cert', `alias ${CURRENT}/${DIRECTORY}/ca.crt`],
      access: 'open',
    },
    // The address that Pigsty's exporter reads; ours, too.
    { match: '= /nginx', lines: ['stub_status', 'allow 127.0.0.1', 'deny all'], access: 'this host' },
    ...PATHS.flatMap((name) => ownPages(self, name, `/${name}/`)),
    ...ownPages(self, 'pushgateway', '/push/'),
    ...sites.map(sitePage),
    {
      match: '/',
      lines: [`root ${CURRENT}/www`, 'try_files $uri $uri/index.html @files'],
      access: 'password',
    },
    { match: '@files', lines: [`root ${self.settings.nginx_home}`, 'autoindex on'], access: 'password' },
  ];
}

/** The files of a program's pages have the path below the portal's own page, so that path works below its name too. */
function entryPages(entry: readonly [string, PortalEntry], self: InfraHost, site: Site): Page[] {
  const [name, { scheme = 'http', auth = false }] = entry;
  const destination = destinationOf(entry, self, infraIps(site));
  switch (destination.kind) {
    case 'own': {
      const path = name === 'pushgateway' ? '/push/' : `/${name}/`;
      return [...ownPages(self, name, '/'), ...ownPages(self, name, path)];
    }
    case 'endpoint': {
      const lines = [...headers(!auth), `proxy_pass ${scheme}://${destination.endpoint}`];
      return [{ match: '/', lines, access: auth ? 'password' : 'own login' }];
    }
    default:
      return [];
  }
}

/** A program of this host at a path. */
function ownPages(self: InfraHost, name: string, path: string): Page[] {
  const component = componentOf(self, name);
  if (!component) return [];
  const lines = [...headers(false), ...secureProxy(`${addressOf(self, component)}/`, self.instance)];
  return [{ match: path, lines, access: 'password' }];
}

function sitePage({ path, upstream, hasLogin }: PortalSite): Page {
  const proxy =
    upstream.scheme === 'http'
      ? [`proxy_pass http://${upstream.address}`]
      : secureProxy(upstream.address, upstream.certificateName);
  return {
    match: `^~ ${path}`,
    lines: [...headers(hasLogin === true), ...proxy],
    access: hasLogin ? 'own login' : 'password',
  };
}

/** nginx compares a certificate with a name, not with an address (ngx_http_proxy_module, proxy_ssl_name). */
function secureProxy(address: string, certificateName: string): string[] {
  const path = `${CURRENT}/${DIRECTORY}`;
  return [
    `proxy_ssl_certificate ${path}/client.crt`,
    `proxy_ssl_certificate_key ${path}/client.key`,
    `proxy_ssl_trusted_certificate ${path}/ca.crt`,
    'proxy_ssl_verify on',
    `proxy_ssl_name ${certificateName}`,
    `proxy_pass https://${address}`,
  ];
}

/** Pigsty's headers; a location with one of its own inherits none. The portal's password is for the portal alone. */
function headers(passesLogin: boolean): string[] {
  return [
    'proxy_set_header Host $http_host',
    'proxy_set_header X-Real-IP $remote_addr',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for',
    'proxy_set_header X-Real-Scheme $scheme',
    'proxy_set_header Upgrade $http_upgrade',
    'proxy_set_header Connection $connection_upgrade',
    ...(passesLogin ? [] : ['proxy_set_header Authorization ""']),
  ];
}
