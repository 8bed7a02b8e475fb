import * as z from 'zod';
import { defaultPlatform, platformNames } from '../../distributions/index.ts';
import type { SettingsOf } from '../../model/settings.ts';
import { isTimeZone } from '../../text/time-zone.ts';
import { LATER, OURS, PENDING, section, UNREAD, WITHOUT_EFFECT } from '../params-section.ts';
import {
  AbsolutePath,
  AnyText,
  Cidr,
  ClusterName,
  Count,
  DnsSuffix,
  decimal,
  expected,
  Flag,
  HostsLine,
  Interval,
  Ip,
  Line,
  LineScalar,
  listOf,
  oneOf,
  Port,
  Positive,
  pattern,
  SystemUser,
  Text,
  Texts,
  UserId,
  whole,
} from '../schemas.ts';
import * as defaults from './defaults.ts';
import {
  HaproxyService,
  ImagePlatforms,
  KernelModule,
  NameServer,
  PackageSource,
  PublicKey,
  ResolverLine,
  TimeSource,
} from './schemas.ts';

const HostName = pattern(/^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/, 'a host name');
/** A name of the time zone database; empty for the host's own. */
const ZONE = 'a name of the time zone database, as Europe/Berlin, or empty text';
const TimeZone = z.string(expected(ZONE)).refine((name) => name === '' || isTimeZone(name), expected(ZONE));
const Bytes = whole(1, Number.MAX_SAFE_INTEGER, 'a number of bytes');

/** YAML reads an unquoted `off` as false. */
const FirewallMode = z.union(
  [z.enum(['off', 'none', 'plan', 'zone']), z.literal(false).transform(() => 'off' as const)],
  expected('one of off, none, plan, zone'),
);
const Network = z.union([Ip, Cidr, z.cidrv6(), z.ipv6()], expected('a network, as 10.0.0.0/8'));

/** sysctl(8): names with dots or slashes. */
const KernelSettings = z.record(
  pattern(/^-?[\w.*/:-]+$/, 'a name of a kernel setting'),
  LineScalar,
  expected('a dictionary of kernel settings, each a plain value of one line'),
);

// biome-ignore format: a table, one parameter per row
const identity = section('NODE_ID', [
  { id: 201, name: 'nodename', level: 'I', schema: HostName,
    meaning: 'name of the host; when unset, node- and the address with dashes' },
  { id: 202, name: 'node_cluster', level: 'C', schema: ClusterName, default: 'nodes',
    meaning: 'group of the host, also in monitoring' },
  { id: 203, name: 'nodename_overwrite', level: 'C', schema: Flag, default: true,
    meaning: 'set the host name of the system to nodename; off keeps the existing name' },
  { id: 204, name: 'nodename_exchange', level: 'C', schema: Flag, default: false,
    meaning: 'write all hosts of the site to /etc/hosts' },
  { id: 205, name: 'node_id_from_pg', level: 'C', schema: Flag, default: true,
    meaning: 'name the host and its group after the PostgreSQL member on it' },
]);

// biome-ignore format: a table, one parameter per row
const dns = section('NODE_DNS', [
  { id: 210, name: 'node_default_etc_hosts', level: 'G', schema: listOf(HostsLine, 'lines'), default: defaults.etcHosts,
    meaning: 'lines of /etc/hosts on every host' },
  { id: 211, name: 'node_etc_hosts', level: 'C', schema: listOf(HostsLine, 'lines'), default: [],
    meaning: 'additional lines of /etc/hosts' },
  { id: 212, name: 'node_dns_method', level: 'C', schema: oneOf('add', 'none', 'overwrite'), default: 'add',
    meaning: 'write the DNS servers to /etc/resolv.conf: before those of the host, instead of them, or not at all' },
  { id: 213, name: 'node_dns_servers', level: 'C', schema: listOf(NameServer, 'addresses'), default: defaults.dnsServers,
    meaning: 'addresses of DNS servers; a host of the site that is not a DNS server is ignored' },
  { id: 214, name: 'node_dns_options', level: 'C', schema: listOf(ResolverLine, 'lines'), default: defaults.dnsOptions,
    meaning: 'additional lines of /etc/resolv.conf, if it has DNS servers of the inventory' },
]);

// biome-ignore format: a table, one parameter per row
const packages = section('NODE_PACKAGE', [
  { id: 220, name: 'node_repo_modules', level: 'C/A', schema: Text, default: 'local', note: WITHOUT_EFFECT,
    meaning: 'modules of repo_upstream that the host installs from' },
  { id: 221, name: 'node_repo_remove', level: 'C/A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'remove the package archives that are configured on the host' },
  { id: 223, name: 'node_packages', level: 'C', schema: Texts, default: [], note: PENDING,
    meaning: 'additional packages' },
  { id: 224, name: 'node_default_packages', level: 'G', schema: Texts, default: defaults.defaultPackages, note: PENDING,
    meaning: 'packages of every host' },
]);

// biome-ignore format: a table, one parameter per row
const tuning = section('NODE_TUNE', [
  { id: 230, name: 'node_disable_firewall', level: 'C', schema: Flag, default: true,
    meaning: 'keep firewalld and ufw off; when unset, they start at the next boot' },
  { name: 'node_firewall_mode', level: 'C', schema: FirewallMode, note: LATER,
    meaning: 'packet filter of the host: off, none, plan or zone, see docs/firewall.md; when unset, off or none' },
  { name: 'node_firewall_intranet', level: 'C', schema: listOf(Network, 'networks'), default: defaults.intranet, note: LATER,
    meaning: 'networks that reach every port with node_firewall_mode zone' },
  { name: 'node_firewall_public_port', level: 'C', schema: listOf(Port, 'ports'), default: [22, 80, 443], note: LATER,
    meaning: 'ports that are open to every address with node_firewall_mode zone' },
  { id: 231, name: 'node_disable_selinux', level: 'C', schema: Flag, default: true, note: 'without effect: Debian enforces nothing by SELinux',
    meaning: 'disable SELinux' },
  { id: 232, name: 'node_disable_numa', level: 'C', schema: Flag, default: false,
    meaning: 'allocate memory from all NUMA nodes in turn, from the next boot' },
  { id: 233, name: 'node_disable_swap', level: 'C', schema: Flag, default: false,
    meaning: 'run without swap; the kernel kills processes when memory is full' },
  { id: 234, name: 'node_static_network', level: 'C', schema: Flag, default: true,
    meaning: 'prevent DHCP from replacing the DNS servers of the inventory' },
  { id: 235, name: 'node_disk_prefetch', level: 'C', schema: Flag, default: false,
    meaning: 'read 8 MiB ahead on rotating disks; off restores the default at the next boot' },
  { id: 236, name: 'node_kernel_modules', level: 'C', schema: listOf(KernelModule, 'kernel modules'), default: defaults.kernelModules,
    meaning: 'kernel modules that are loaded at boot' },
  { id: 237, name: 'node_hugepage_count', level: 'C', schema: Count, default: 0, unit: '2 MiB pages',
    meaning: 'huge pages to reserve, at most 90 % of memory; overrides node_hugepage_ratio' },
  { id: 238, name: 'node_hugepage_ratio', level: 'C', schema: decimal(0, 0.9), default: 0,
    meaning: 'fraction of memory to reserve as huge pages; 0 for none' },
  { id: 239, name: 'node_overcommit_ratio', level: 'C', schema: decimal(0, 100), default: 0, unit: '%',
    meaning: 'vm.overcommit_ratio; above 0, the kernel does not overcommit memory' },
  { id: 240, name: 'node_tune', level: 'C', schema: oneOf('none', 'oltp', 'olap', 'crit', 'tiny'), default: 'oltp',
    meaning: 'kernel settings by type of workload' },
  { id: 241, name: 'node_sysctl_params', level: 'C', schema: KernelSettings, default: {},
    meaning: 'additional kernel settings, by name' },
]);

// biome-ignore format: a table, one parameter per row
const admin = section('NODE_ADMIN', [
  { id: 250, name: 'node_data', level: 'C', schema: AbsolutePath, default: '/data',
    meaning: 'directory of the large disk, below which services keep data' },
  { id: 251, name: 'node_admin_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'create an administrator account' },
  { id: 252, name: 'node_admin_uid', level: 'C', schema: UserId, default: 88,
    meaning: 'user and group id of the administrator account' },
  { id: 253, name: 'node_admin_username', level: 'C', schema: SystemUser, default: 'dba',
    meaning: 'name of the administrator account' },
  { id: 254, name: 'node_admin_ssh_exchange', level: 'C', schema: Flag, default: true,
    meaning: 'allow ssh between the hosts of a node_cluster for the administrator account, with one key' },
  { id: 255, name: 'node_admin_pk_current', level: 'C', schema: Flag, default: true, note: 'without effect: a build is the same whoever runs it; `pigsty init` writes the keys into node_admin_pk_list',
    meaning: 'authorize the operator\'s ssh keys' },
  { id: 256, name: 'node_admin_pk_list', level: 'C', schema: listOf(PublicKey, 'public keys'), default: [],
    meaning: 'ssh public keys authorized for the administrator account' },
]);

// biome-ignore format: a table, one parameter per row
const time = section('NODE_TIME', [
  { id: 260, name: 'node_timezone', level: 'C', schema: TimeZone, default: '',
    meaning: 'time zone, for example Europe/Berlin; empty keeps that of the host' },
  { id: 261, name: 'node_ntp_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'synchronise the clock with chrony, instead of another NTP service' },
  { id: 262, name: 'node_ntp_servers', level: 'C', schema: listOf(TimeSource, 'lines'), default: defaults.ntpServers,
    meaning: 'NTP servers, lines of chrony.conf; a host of the site that is named here serves time to the others' },
  { id: 263, name: 'node_crontab_overwrite', level: 'C', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'replace /etc/crontab instead of adding to it' },
  { id: 264, name: 'node_crontab', level: 'C', schema: Texts, default: [],
    meaning: 'lines of /etc/crontab: five fields, account, command' },
]);

// biome-ignore format: a table, one parameter per row
const vip = section('NODE_VIP', [
  { id: 270, name: 'vip_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'run a VIP for the hosts of the group, with keepalived' },
  { id: 271, name: 'vip_address', level: 'C', schema: Ip,
    meaning: 'VIP of the hosts of the group; required with vip_enabled' },
  { id: 272, name: 'vip_vrid', level: 'C', schema: whole(1, 254, 'a router id 1-254'),
    meaning: 'router id of the VIP, unique in the network; required with vip_enabled' },
  { id: 273, name: 'vip_role', level: 'I', schema: oneOf('master', 'backup'), default: 'backup',
    meaning: 'whether the host prefers the VIP' },
  { id: 274, name: 'vip_preempt', level: 'C/I', schema: Flag, default: false,
    meaning: 'move the VIP back when the preferred host returns' },
  { id: 275, name: 'vip_interface', level: 'C/I', schema: Line, default: 'eth0',
    meaning: 'network interface of the VIP' },
  { id: 276, name: 'vip_dns_suffix', level: 'C/I', schema: DnsSuffix, default: '',
    meaning: 'suffix of the VIP\'s DNS name' },
  { id: 277, name: 'vip_exporter_port', level: 'C/I', schema: Port, default: 9650, note: 'without effect: the state of the VIP is in the metrics of the host',
    meaning: 'port of keepalived\'s metrics exporter' },
]);

// biome-ignore format: a table, one parameter per row
const haproxy = section('HAPROXY', [
  { id: 280, name: 'haproxy_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'run HAProxy on this host' },
  { id: 281, name: 'haproxy_clean', level: 'G/C/A', schema: Flag, default: false, note: WITHOUT_EFFECT,
    meaning: 'delete existing configuration first' },
  { id: 282, name: 'haproxy_reload', level: 'A', schema: Flag, default: true, note: WITHOUT_EFFECT,
    meaning: 'reload HAProxy when its configuration changes' },
  { id: 283, name: 'haproxy_auth_enabled', level: 'G', schema: Flag, default: true, note: UNREAD,
    meaning: 'protect the statistics page with a password; always on' },
  { id: 284, name: 'haproxy_admin_username', level: 'G', schema: Line, default: 'admin',
    meaning: 'user of the statistics page' },
  { id: 285, name: 'haproxy_admin_password', level: 'G', schema: Line, default: 'pigsty', secret: true,
    meaning: 'password for the statistics page' },
  { id: 286, name: 'haproxy_exporter_port', level: 'C', schema: Port, default: 9101,
    meaning: 'port of the statistics page and of the metrics' },
  { id: 287, name: 'haproxy_client_timeout', level: 'C', schema: Interval, default: '24h',
    meaning: 'time without data from a client after which its connection is closed' },
  { id: 288, name: 'haproxy_server_timeout', level: 'C', schema: Interval, default: '24h',
    meaning: 'time without data from a server after which its connection is closed' },
  { id: 289, name: 'haproxy_services', level: 'C', schema: listOf(HaproxyService, 'services'), default: [],
    meaning: 'additional HAProxy services' },
]);

// biome-ignore format: a table, one parameter per row
const exporter = section('NODE_EXPORTER', [
  { id: 290, name: 'node_exporter_enabled', level: 'C', schema: Flag, default: true,
    meaning: 'export metrics of the host' },
  { id: 291, name: 'node_exporter_port', level: 'C', schema: Port, default: 9100,
    meaning: 'port of the host\'s metrics' },
  { id: 292, name: 'node_exporter_options', level: 'C', schema: AnyText, default: '--no-collector.softnet --no-collector.nvme --collector.tcpstat --collector.processes',
    meaning: 'additional arguments of node_exporter' },
]);

// biome-ignore format: a table, one parameter per row
const promtail = section('PROMTAIL', [
  { id: 293, name: 'promtail_enabled', level: 'C', schema: Flag, default: true, note: PENDING,
    meaning: 'send the logs of the host to Loki' },
  { id: 294, name: 'promtail_clean', level: 'G/A', schema: Flag, default: false, note: WITHOUT_EFFECT,
    meaning: 'delete the read positions of logs at setup' },
  { id: 295, name: 'promtail_port', level: 'C', schema: Port, default: 9080, note: PENDING,
    meaning: 'port of promtail\'s own pages' },
  { id: 296, name: 'promtail_positions', level: 'C', schema: AbsolutePath, default: '/var/log/positions.yaml', note: PENDING,
    meaning: 'file with the read positions of logs' },
]);

// biome-ignore format: a table, one parameter per row
const journal = section('JOURNAL', [
  { name: 'journal_enabled', level: 'G/C', schema: Flag, default: true, note: OURS,
    meaning: 'send the journal of the host to every infra host; on an infra host, also store those of all hosts' },
]);

// biome-ignore format: a table, one parameter per row
const facts = section('NODE_FACT', [
  { name: 'node_os', level: 'C/I', schema: oneOf('debian12', 'debian13', 'ubuntu22', 'ubuntu24', 'el8', 'el9'), default: 'debian12', note: OURS,
    meaning: 'distribution on the host, for user ids that are fixed per distribution' },
  { name: 'node_cpu', level: 'C/I', schema: Positive, unit: 'processors', note: OURS,
    meaning: 'processors of the host, for tuning; when unset, they are counted on the host' },
  { name: 'node_mem_mb', level: 'C/I', schema: Positive, unit: 'MiB', note: OURS,
    meaning: 'memory of the host, for tuning; when unset, it is measured on the host' },
  { name: 'node_disk_bytes', level: 'C/I', schema: Bytes, unit: 'bytes', note: OURS,
    meaning: 'size of the file system of pg_fs_main, for tuning; when unset, it is measured on the host' },
  { name: 'node_zone', level: 'C/I', schema: Line, note: OURS,
    meaning: 'availability zone: hosts that fail together; no zone should have a majority of the etcd members' },
]);

// biome-ignore format: a table, one parameter per row
const image = section('IMAGE', [
  { name: 'image_platform', level: 'G/C', schema: oneOf(...platformNames), default: defaultPlatform, note: OURS,
    meaning: 'distribution release whose packages the images are built from' },
  { name: 'image_platforms', level: 'G/C', schema: ImagePlatforms, default: {}, note: OURS,
    meaning: 'distribution release of single images by recipe, for example `postgres: debian14`' },
  { name: 'image_sources', level: 'G', schema: listOf(PackageSource, 'sources of packages'), default: [], note: OURS,
    meaning: 'additional package archives for the images of a platform, each with its signing key' },
]);

export const rows = [
  ...identity,
  ...dns,
  ...packages,
  ...tuning,
  ...admin,
  ...time,
  ...vip,
  ...haproxy,
  ...exporter,
  ...promtail,
  ...journal,
  ...facts,
  ...image,
];

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
