import type { IniSections } from '../../../model/plan.ts';
import { GRAFANA_PATH } from '../carried.ts';
import type { InfraHost } from '../hosts.ts';
import { homeDomain, portalUrl } from '../portal-names.ts';

/** Where Grafana finds its configuration, and where it keeps its state. */
type Places = { readonly configuration: string; readonly data: string };

/** grafana.ini ("Configure Grafana"): behind the portal, without the internet. */
export function grafanaSettings({ settings }: InfraHost, { configuration, data }: Places): IniSections {
  const url = portalUrl(settings);
  return [
    {
      name: 'paths',
      entries: [
        ['data', data],
        ['logs', `${data}/log`],
        ['plugins', `${data}/plugins`],
        ['provisioning', `${configuration}/provisioning`],
      ],
    },
    {
      name: 'server',
      entries: [
        ['protocol', 'http'],
        ['http_addr', '127.0.0.1'],
        ['http_port', settings.grafana_port],
        ['domain', homeDomain(settings)],
        ['root_url', `${url}${GRAFANA_PATH}`],
        ['serve_from_sub_path', 'true'],
      ],
    },
    {
      name: 'security',
      entries: [
        ['admin_user', `$__file{${configuration}/admin_user}`],
        ['admin_password', `$__file{${configuration}/admin_password}`],
        ['secret_key', `$__file{${configuration}/secret_key}`],
        ['cookie_secure', String(settings.nginx_sslmode !== 'disable')],
        ['disable_gravatar', 'true'],
      ],
    },
    ...OWN,
  ];
}

/** What does not depend on the inventory. */
const OWN: IniSections = [
  {
    name: 'users',
    entries: [
      ['allow_sign_up', 'false'],
      ['allow_org_create', 'false'],
      ['home_page', '/d/overview'],
    ],
  },
  { name: 'auth.anonymous', entries: [['enabled', 'false']] },
  {
    name: 'analytics',
    entries: [
      ['reporting_enabled', 'false'],
      ['check_for_updates', 'false'],
      ['check_for_plugin_updates', 'false'],
      ['feedback_links_enabled', 'false'],
    ],
  },
  { name: 'news', entries: [['news_feed_enabled', 'false']] },
  {
    name: 'plugins',
    entries: [
      // An update in the background takes away the plugin that is there, if the internet is not.
      ['preinstall_disabled', 'true'],
      ['preinstall_auto_update', 'false'],
      ['plugin_admin_enabled', 'false'],
      ['public_key_retrieval_disabled', 'true'],
    ],
  },
  { name: 'snapshots', entries: [['external_enabled', 'false']] },
  // It lists the alerts of Prometheus, and evaluates none.
  {
    name: 'unified_alerting',
    entries: [
      ['enabled', 'true'],
      ['execute_alerts', 'false'],
    ],
  },
  {
    name: 'log',
    entries: [
      ['mode', 'console'],
      ['level', 'warn'],
    ],
  },
];
