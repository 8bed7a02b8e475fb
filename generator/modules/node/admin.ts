import { type Contribution, settingsOf } from '../../model/module.ts';
import { append } from '../../model/multimap.ts';
import { perSite } from '../../model/per-site.ts';
import type { FilePlan } from '../../model/plan.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { sshExchange } from '../ssh-exchange.ts';
import { linked } from './linked.ts';
import { type NodeSettings, nodeCluster, nodeName } from './settings.ts';

const KEYS = 'etc/ssh/admin-keys';

/** The account for administrators: what it may do, who may log on as it, and from where to where. */
export function adminContribution(host: SiteHost, site: Site): Contribution {
  const settings = settingsOf<NodeSettings>(host);
  if (!settings.node_admin_enabled) return {};
  const { node_admin_username: name, node_admin_uid: id, node_admin_pk_list: keys } = settings;
  const home = `/home/${name}`;
  const exchange = exchangeOf(host, site);
  const lines = [...keys, ...(exchange ? [exchange.line] : [])];
  return {
    users: [{ name, uid: id, gid: id, home, shell: '/bin/bash', gecos: 'administrator', groups: [] }],
    files: [
      linked(`/etc/sudoers.d/${name}`, [`${name} ALL=(ALL) NOPASSWD: ALL`], 0o440),
      ...(lines.length > 0
        ? [linked('/etc/tmpfiles.d/60-pigsty-admin.conf', homeLines(name, home)), keysFile(lines)]
        : []),
      ...(exchange?.files ?? []),
    ],
    sshKeys: exchange?.sshKeys ?? [],
  };
}

type Lines = Extract<FilePlan['source'], { kind: 'text' }>['lines'];

function keysFile(lines: Lines): FilePlan {
  return { path: KEYS, mode: 0o644, owner: 'root', group: 'root', source: { kind: 'text', lines } };
}

/** sshd looks into authorized_keys2 as well (sshd_config(5)); the other file stays the administrator's own. */
function homeLines(name: string, home: string): string[] {
  return [
    `d ${home} 0750 ${name} ${name} -`,
    `d ${home}/.ssh 0700 ${name} ${name} -`,
    `L+ ${home}/.ssh/authorized_keys2 - - - - /etc/pigsty/current/${KEYS}`,
  ];
}

function exchangeOf(host: SiteHost, site: Site) {
  const key = exchangeKey(host);
  if (key === undefined) return undefined;
  const settings = settingsOf<NodeSettings>(host);
  return sshExchange({
    account: settings.node_admin_username,
    group: nodeCluster(settings),
    hosts: exchanging(site).get(key) ?? [],
  });
}

/** The hosts of each group whose administrators log on from one to another. */
const exchanging = perSite((site) => {
  const groups = new Map<string, { readonly ip: string; readonly name: string }[]>();
  for (const host of site.hosts) {
    const key = exchangeKey(host);
    if (key !== undefined) append(groups, key, { ip: host.ip, name: nodeName(settingsOf(host), host.ip) });
  }
  return groups;
});

function exchangeKey(host: SiteHost): string | undefined {
  const settings = settingsOf<NodeSettings>(host);
  if (!settings.node_admin_enabled || !settings.node_admin_ssh_exchange) return undefined;
  return `${settings.node_admin_username}@${nodeCluster(settings)}`;
}
