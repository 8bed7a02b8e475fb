import type { Facts } from '../../model/facts.ts';
import { infraIps } from '../../model/infra.ts';
import { PortalSite } from '../../model/monitoring.ts';
import type { Settings } from '../../model/settings.ts';
import type { Site } from '../../model/site.ts';
import { GRAFANA_PATH, VLOGS_PATH } from './carried.ts';
import { addressOf, type Component, componentOf } from './components.ts';
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
const PATHS = {
  prometheus: '/prometheus/',
  alertmanager: '/alertmanager/',
  blackbox: '/blackbox/',
  pushgateway: '/push/',
  grafana: GRAFANA_PATH,
} as const;

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
  /** `login`: it asks for a password itself. `others`: a service that is not ours, as its operator wants it. */
  readonly access: 'open' | 'password' | 'login' | 'others' | 'this host';
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
    lines: [`listen ${nginx_port}${suffix}`, ...GUARD],
    locations: pages.flatMap((page) => {
      if (isPlain(page, mode)) return [location(page)];
      return page.match.startsWith('@') ? [] : [redirect(page, settings)];
    }),
  };
  if (mode === 'disable') return [plain];
  const secure: PortalServer = {
    names: names.domains.join(' '),
    lines: [
      `listen ${nginx_ssl_port} ssl${suffix}`,
      'http2 on',
      `ssl_certificate ${names.certificate}`,
      `ssl_certificate_key ${names.key}`,
      ...GUARD,
    ],
    locations: pages.filter(({ access }) => access !== 'this host').map(location),
  };
  return [plain, secure];
}

/** Requests that a page of another site makes a browser send, and attempts to keep the portal busy (nginx.conf). */
const GUARD = ['if ($is_forged) { return 403; }', 'if ($is_endless) { return 400; }'];

function isPlain({ access }: Page, mode: Settings['nginx_sslmode']): boolean {
  if (mode === 'disable' || access === 'this host') return true;
  return access === 'open' || (mode === 'enable' && access === 'others');
}

function location({ match, lines, access }: Page) {
  const password = [
    'limit_req zone=requests burst=500 nodelay',
    'auth_basic pigsty',
    `auth_basic_user_file ${CURRENT}/${USERS}`,
  ];
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
    ...Object.entries(PATHS).flatMap(([name, path]) => ownPages(self, name, path)),
    ...searchPages(self),
    ...sites.map(sitePage),
    {
      match: '/',
      lines: [`root ${CURRENT}/www`, 'try_files $uri $uri.html $uri/index.html @files', ...CACHING],
      access: 'password',
    },
    { match: '@files', lines: [`root ${self.settings.nginx_home}`, 'autoindex on'], access: 'password' },
  ];
}

/**
 * Browsers ask each time, and get the file each time: files of all generations have the same time, so that nginx would see no
 * change. What has a digest in its address is kept (nginx.conf).
 */
const CACHING = ['expires $portal_expires', 'etag off', 'if_modified_since off'];

/** The files of a program's pages have the path below the portal's own page, so that path works below its name too. */
function entryPages(entry: readonly [string, PortalEntry], self: InfraHost, site: Site): Page[] {
  const [name, { scheme = 'http', auth = false }] = entry;
  const destination = destinationOf(entry, self, infraIps(site));
  switch (destination.kind) {
    case 'own':
      return ['/', ...(isOwn(name) ? [PATHS[name]] : [])].flatMap((path) => ownPages(self, name, path));
    case 'endpoint': {
      const lines = [include(auth ? 'own' : 'proxy'), `proxy_pass ${scheme}://${destination.endpoint}`];
      return [{ match: '/', lines, access: auth ? 'password' : 'others' }];
    }
    default:
      return [];
  }
}

function isOwn(name: string): name is keyof typeof PATHS {
  return name in PATHS;
}

/** A program of this host at a path. */
function ownPages(self: InfraHost, name: string, path: string): Page[] {
  const component = componentOf(self, name);
  if (!component) return [];
  if (name === 'grafana') return [grafanaPage(component, path)];
  const address = `${addressOf(self, component)}/`;
  const lines = [include('own'), ...secureProxy({ address, certificateName: self.instance })];
  return [
    { match: path, lines, access: 'password' },
    // People would reach through it what this host alone can reach.
    ...(name === 'blackbox'
      ? [{ match: `= ${path}probe`, lines: ['return 403'], access: 'password' } as const]
      : []),
  ];
}

/** What reads lines of VictoriaLogs; what writes or deletes them is not for people. */
function searchPages(self: InfraHost): Page[] {
  const component = componentOf(self, 'vlogs');
  if (!component) return [];
  const lines = [include('own'), `proxy_pass http://127.0.0.1:${component.port}`];
  return [{ match: `^~ ${VLOGS_PATH}/select/`, lines, access: 'password' }];
}

/** Grafana asks for a password itself, and has one path only. */
function grafanaPage({ port }: Component, path: string): Page {
  const lines =
    path === GRAFANA_PATH
      ? [include('own'), `proxy_pass http://127.0.0.1:${port}`]
      : [`return 302 ${GRAFANA_PATH}`];
  return { match: path, lines, access: 'login' };
}

/** A page of another host may do nothing in the name of the portal, whose origin it has. */
function sitePage({ path, upstream }: PortalSite): Page {
  const lines =
    upstream.scheme === 'http'
      ? [include('own'), `proxy_pass http://${upstream.address}`]
      : [include('own'), include('sandbox'), ...secureProxy(upstream)];
  return { match: `^~ ${path}`, lines, access: 'password' };
}

/** nginx compares a certificate with a name, not with an address (ngx_http_proxy_module, proxy_ssl_name). */
function secureProxy({
  address,
  certificateName = 'localhost',
}: Omit<PortalSite['upstream'], 'scheme'>): string[] {
  return [include('tls'), `proxy_ssl_name ${certificateName}`, `proxy_pass https://${address}`];
}

type Snippet = keyof typeof SNIPPETS;

/** Lines that many locations have, as a file. */
function include(name: Snippet): string {
  return `include ${CURRENT}/${DIRECTORY}/${name}.conf`;
}

/** Pigsty's headers; a location that sets one inherits none. */
const HEADERS = [
  'proxy_set_header Host $http_host',
  'proxy_set_header X-Real-IP $remote_addr',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for',
  'proxy_set_header X-Real-Scheme $scheme',
  'proxy_set_header Upgrade $http_upgrade',
  'proxy_set_header Connection $connection_upgrade',
];

/** The portal's password is for the portal alone: `own`. */
export const SNIPPETS = {
  proxy: HEADERS,
  sandbox: [
    'proxy_hide_header Content-Security-Policy',
    'proxy_hide_header Set-Cookie',
    'add_header Content-Security-Policy "sandbox" always',
    'add_header X-Content-Type-Options nosniff always',
    'add_header X-Frame-Options SAMEORIGIN always',
  ],
  own: [...HEADERS, 'proxy_set_header Authorization ""'],
  tls: [
    `proxy_ssl_certificate ${CURRENT}/${DIRECTORY}/client.crt`,
    `proxy_ssl_certificate_key ${CURRENT}/${DIRECTORY}/client.key`,
    `proxy_ssl_trusted_certificate ${CURRENT}/${DIRECTORY}/ca.crt`,
    'proxy_ssl_verify on',
  ],
} as const;
