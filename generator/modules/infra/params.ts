import * as z from 'zod';
import type { SettingsOf } from '../../model/settings.ts';
import { daysOf } from '../../text/days.ts';
import { LATER, OURS, PENDING, section, UNREAD, WITHOUT_EFFECT } from '../params-section.ts';
import {
  AbsolutePath,
  AnyText,
  ConfigLine,
  Count,
  expected,
  Flag,
  HostsLine,
  Interval,
  Ip,
  listOf,
  oneOf,
  Password,
  Port,
  Size,
  Text,
  Texts,
  Url,
  UrlOrNone,
} from '../schemas.ts';
import * as defaults from './defaults.ts';
import {
  AlertReceiver,
  AlertSettings,
  Duration,
  NavbarLink,
  PingTargets,
  PortalEntry,
  PortalName,
  PortalUsers,
  RECEIVER_SECRETS,
  Upstream,
} from './schemas.ts';

const Environment = z.record(z.string(), AnyText, expected('a dictionary of environment variables'));
const Days = Interval.refine((span) => daysOf(span) >= 1, expected('a time span of a day or more, as 730d'));
/** Words of a command line; an option may be in quotes. */
const Arguments = z.union([ConfigLine, z.literal('')], expected('arguments of a program, on one line'));
const Portal = z.record(PortalName, PortalEntry, expected('a dictionary of portal entries'));

// biome-ignore format: a table, one parameter per row
const meta = section('META', [
  { id: 101, name: 'version', level: 'G', schema: Text, default: 'v2.6.0',
    meaning: 'Pigsty release of the inventory' },
  { id: 102, name: 'admin_ip', level: 'G', schema: Ip, default: '10.10.10.10',
    meaning: 'address of the admin host; ${admin_ip} in any value is replaced by it' },
  { id: 103, name: 'region', level: 'G', schema: oneOf('default', 'china', 'europe'), default: 'default',
    meaning: 'region whose archive addresses are used' },
  { id: 104, name: 'proxy_env', level: 'G', schema: Environment, default: defaults.proxyEnv, secretKeys: ['http_proxy', 'https_proxy', 'all_proxy'],
    meaning: 'proxy settings in the environment of downloads' },
]);

// biome-ignore format: a table, one parameter per row
const ca = section('CA', [
  { id: 105, name: 'ca_method', level: 'G', schema: oneOf('create', 'recreate', 'copy'), default: 'create', note: UNREAD,
    meaning: 'source of the certificate authority' },
  { id: 106, name: 'ca_cn', level: 'G', schema: Text, default: 'pigsty-ca',
    meaning: 'common name of the certificate authority' },
  { id: 107, name: 'cert_validity', level: 'G', schema: Days, default: '730d',
    meaning: 'validity of the certificates of hosts; a build renews them when less than half of it is left' },
]);

// biome-ignore format: a table, one parameter per row
const identity = section('INFRA_ID', [
  { id: 108, name: 'infra_seq', level: 'I', schema: Count,
    meaning: 'permanent number of the infra host; its name is infra-<seq>' },
  { id: 109, name: 'infra_portal', level: 'G', schema: Portal, default: defaults.infraPortal, laterKeys: ['domains'],
    meaning: 'web services of the portal by name, with their addresses' },
]);

// biome-ignore format: a table, one parameter per row
const repository = section('REPO', [
  { id: 110, name: 'repo_enabled', level: 'G/I', schema: Flag, default: true, note: PENDING,
    meaning: 'serve a package repository from this infra host' },
  { id: 111, name: 'repo_home', level: 'G', schema: AbsolutePath, default: '/www', note: PENDING,
    meaning: 'directory of the repository' },
  { id: 112, name: 'repo_name', level: 'G', schema: Text, default: 'pigsty', note: PENDING,
    meaning: 'name of the repository and of its directory' },
  { id: 113, name: 'repo_endpoint', level: 'G', schema: Url, default: 'http://${admin_ip}:80', note: PENDING,
    meaning: 'address under which hosts reach the repository' },
  { id: 114, name: 'repo_remove', level: 'G/A', schema: Flag, default: true, note: PENDING,
    meaning: 'remove the package archives that are configured on the infra host' },
  { id: 115, name: 'repo_modules', level: 'G/A', schema: Text, default: 'infra,node,pgsql,redis', note: PENDING,
    meaning: 'modules of repo_upstream that the repository is filled from' },
  { id: 116, name: 'repo_upstream', level: 'G', schema: listOf(Upstream, 'archives'), default: defaults.repoUpstream, note: PENDING,
    meaning: 'package archives for downloads, by module, release and region' },
  { id: 117, name: 'repo_packages', level: 'G', schema: Texts, default: defaults.repoPackages, note: PENDING,
    meaning: 'packages to download with their dependencies; an entry may have several names' },
  { id: 118, name: 'repo_url_packages', level: 'G', schema: Texts, default: defaults.repoUrlPackages, note: PENDING,
    meaning: 'single files to download, by address' },
]);

// biome-ignore format: a table, one parameter per row
const infraPackage = section('INFRA_PACKAGE', [
  { id: 120, name: 'infra_packages', level: 'G', schema: Texts, default: defaults.infraPackages, note: PENDING,
    meaning: 'packages of infra hosts' },
  { id: 121, name: 'infra_packages_pip', level: 'G', schema: AnyText, default: '', note: PENDING,
    meaning: 'Python packages of infra hosts, separated by commas' },
]);

// biome-ignore format: a table, one parameter per row
const nginx = section('NGINX', [
  { id: 130, name: 'nginx_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run Nginx, the web portal, on this infra host' },
  { id: 131, name: 'nginx_exporter_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'export metrics of Nginx' },
  { id: 132, name: 'nginx_sslmode', level: 'G', schema: oneOf('disable', 'enable', 'enforce'), default: 'enable',
    meaning: 'TLS mode of the portal' },
  { id: 133, name: 'nginx_home', level: 'G', schema: AbsolutePath, default: '/www',
    meaning: 'directory of the files that Nginx serves' },
  { id: 134, name: 'nginx_port', level: 'G', schema: Port, default: 80,
    meaning: 'port for plain HTTP' },
  { id: 135, name: 'nginx_ssl_port', level: 'G', schema: Port, default: 443,
    meaning: 'port for HTTPS' },
  { name: 'nginx_exporter_port', level: 'G', schema: Port, default: 9113, note: LATER,
    meaning: 'port of the exporter of Nginx\'s metrics' },
  { name: 'nginx_users', level: 'G', schema: PortalUsers, default: {}, secretValues: true, note: LATER,
    meaning: 'users of the portal, a password for each; when empty, `admin` with a generated one (docs/portal.md)' },
  { id: 136, name: 'nginx_navbar', level: 'G', schema: listOf(NavbarLink, 'links'), default: defaults.nginxNavbar,
    meaning: 'links on the home page of the portal' },
]);

// biome-ignore format: a table, one parameter per row
const dns = section('DNS', [
  { id: 140, name: 'dns_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run a DNS server, dnsmasq, on this infra host' },
  { id: 141, name: 'dns_port', level: 'G', schema: Port, default: 53,
    meaning: 'port of the DNS server' },
  { id: 142, name: 'dns_records', level: 'G', schema: listOf(HostsLine, 'lines'), default: defaults.dnsRecords,
    meaning: 'records of the DNS server, each line an address and its names' },
]);

// biome-ignore format: a table, one parameter per row
const prometheus = section('PROMETHEUS', [
  { id: 150, name: 'prometheus_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run Prometheus on this infra host' },
  { name: 'prometheus_port', level: 'G', schema: Port, default: 9090, note: OURS,
    meaning: 'port of Prometheus, for the portal and the other infra hosts' },
  { id: 151, name: 'prometheus_clean', level: 'G/A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'delete existing metrics at setup' },
  { id: 152, name: 'prometheus_data', level: 'G', schema: AbsolutePath, default: '/data/prometheus',
    meaning: 'directory of the metrics' },
  { id: 153, name: 'prometheus_sd_interval', level: 'G', schema: Duration, default: '5s',
    meaning: 'interval at which the lists of targets are read' },
  { id: 154, name: 'prometheus_scrape_interval', level: 'G', schema: Duration, default: '10s',
    meaning: 'interval at which targets are scraped and rules evaluated' },
  { id: 155, name: 'prometheus_scrape_timeout', level: 'G', schema: Duration, default: '8s',
    meaning: 'timeout of a scrape' },
  { id: 156, name: 'prometheus_options', level: 'G', schema: Arguments, default: '--storage.tsdb.retention.time=15d',
    meaning: 'additional arguments of Prometheus' },
  { id: 157, name: 'pushgateway_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run Pushgateway, which receives the metrics of short jobs' },
  { name: 'pushgateway_port', level: 'G', schema: Port, default: 9091, note: OURS,
    meaning: 'port of Pushgateway' },
  { id: 158, name: 'pushgateway_options', level: 'G', schema: Arguments, default: '--persistence.interval=1m',
    meaning: 'additional arguments of Pushgateway' },
  { id: 159, name: 'blackbox_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run the blackbox exporter, which probes hosts over the network' },
  { name: 'blackbox_port', level: 'G', schema: Port, default: 9115, note: LATER,
    meaning: 'port of the blackbox exporter' },
  { id: 160, name: 'blackbox_options', level: 'G', schema: Arguments, default: '',
    meaning: 'additional arguments of the blackbox exporter' },
  { name: 'ping_targets', level: 'G', schema: PingTargets, default: {}, note: OURS,
    meaning: 'machines without anything of this product that are pinged, an address for each name (docs/foreign.md)' },
  { id: 161, name: 'alertmanager_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run Alertmanager, which groups and forwards alerts' },
  { name: 'alertmanager_port', level: 'G', schema: Port, default: 9093, note: LATER,
    meaning: 'port of Alertmanager' },
  { name: 'alertmanager_cluster_port', level: 'G', schema: Port, default: 9094, note: OURS,
    meaning: 'port between the Alertmanagers of several infra hosts' },
  { id: 162, name: 'alertmanager_options', level: 'G', schema: Arguments, default: '',
    meaning: 'additional arguments of Alertmanager' },
  { name: 'alertmanager_receivers', level: 'G', schema: listOf(AlertReceiver, 'receivers'), default: [], secretKeys: RECEIVER_SECRETS, note: OURS,
    meaning: 'who receives alerts, as Alertmanager\'s `receivers`; without other routes, the first one does' },
  { name: 'alertmanager_route', level: 'G', schema: AlertSettings, default: {}, note: OURS,
    meaning: 'which alerts go to which receiver, and when, as Alertmanager\'s `route`' },
  { name: 'alertmanager_global', level: 'G', schema: AlertSettings, default: {}, secretKeys: RECEIVER_SECRETS, note: OURS,
    meaning: 'settings of all receivers, such as the mail server, as Alertmanager\'s `global`' },
  { name: 'alertmanager_inhibit_rules', level: 'G', schema: listOf(AlertSettings, 'rules'), default: [], note: OURS,
    meaning: 'which alerts silence others, as Alertmanager\'s `inhibit_rules`' },
  { id: 163, name: 'exporter_metrics_path', level: 'G', schema: AbsolutePath, default: '/metrics',
    meaning: 'URL path of the exporters\' metrics' },
  { id: 164, name: 'exporter_install', level: 'G', schema: oneOf('none', 'yum', 'binary'), default: 'none', note: UNREAD,
    meaning: 'method to install exporters' },
  { id: 165, name: 'exporter_repo_url', level: 'G', schema: UrlOrNone, default: '', note: UNREAD,
    meaning: 'archive that exporters are installed from' },
]);

// biome-ignore format: a table, one parameter per row
const grafana = section('GRAFANA', [
  { id: 170, name: 'grafana_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run Grafana on this infra host, if an archive of image_sources lists it' },
  { name: 'grafana_port', level: 'G', schema: Port, default: 3000, note: LATER,
    meaning: 'port of Grafana on its host, and of its metrics for the other infra hosts' },
  { id: 171, name: 'grafana_clean', level: 'G/A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'delete existing dashboards and settings at setup' },
  { id: 172, name: 'grafana_admin_username', level: 'G', schema: Text, default: 'admin',
    meaning: 'name of Grafana\'s administrator' },
  { id: 173, name: 'grafana_admin_password', level: 'G', schema: Password, default: 'pigsty', secret: true,
    meaning: 'password of Grafana\'s administrator' },
  { id: 174, name: 'grafana_plugin_cache', level: 'G', schema: AbsolutePath, default: '/www/pigsty/plugins.tgz', note: PENDING,
    meaning: 'archive with downloaded plugins' },
  { id: 175, name: 'grafana_plugin_list', level: 'G', schema: Texts, default: defaults.grafanaPlugins, note: PENDING,
    meaning: 'plugins to download where grafana_plugin_cache does not exist' },
]);

// biome-ignore format: a table, one parameter per row
const loki = section('LOKI', [
  { id: 176, name: 'loki_enabled', level: 'G/I', schema: Flag, default: true,
    meaning: 'run a log store on this infra host: VictoriaLogs, if an archive of image_sources lists victoria-logs' },
  { name: 'vlogs_port', level: 'G', schema: Port, default: 9428, note: LATER,
    meaning: 'port of VictoriaLogs on its host, and of its metrics for the other infra hosts' },
  { id: 177, name: 'loki_clean', level: 'G/A', schema: Flag, default: false, note: WITHOUT_EFFECT,
    meaning: 'delete existing logs at setup' },
  { id: 178, name: 'loki_data', level: 'G', schema: AbsolutePath, default: '/data/loki',
    meaning: 'directory of the logs' },
  { id: 179, name: 'loki_retention', level: 'G', schema: Days, default: '15d',
    meaning: 'age at which logs are deleted' },
]);

// biome-ignore format: a table, one parameter per row
const journal = section('JOURNAL', [
  { name: 'journal_port', level: 'G', schema: Port, default: 19532, note: OURS,
    meaning: 'port on which infra hosts receive the journals of all hosts' },
  { name: 'journal_data', level: 'G', schema: AbsolutePath, default: '/data/journal', note: OURS,
    meaning: 'directory of the journals of all hosts' },
  { name: 'journal_retention', level: 'G', schema: Days, default: '15d', note: OURS,
    meaning: 'age at which received journals are deleted' },
  { name: 'journal_max_size', level: 'G', schema: Size, default: '10GiB', note: OURS,
    meaning: 'size of all received journals at which the oldest are deleted' },
]);

export const rows = [
  ...meta,
  ...ca,
  ...identity,
  ...repository,
  ...infraPackage,
  ...nginx,
  ...dns,
  ...prometheus,
  ...grafana,
  ...loki,
  ...journal,
];

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
