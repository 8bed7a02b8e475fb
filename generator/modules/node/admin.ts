import { type Contribution, settingsOf } from '../../model/module.ts';
import { append } from '../../model/multimap.ts';
import { perSite } from '../../model/per-site.ts';
import type { Site, SiteHost } from '../../model/site.ts';
import { linked } from '../../text/linked.ts';
import { type SshGroup, sshPlan } from '../ssh-exchange.ts';
import { nodeCluster, nodeName } from './settings.ts';

/** The administrator account: sudo, authorized keys, and ssh between hosts. */
export function adminContribution(host: SiteHost, site: Site): Contribution {
  const settings = settingsOf(host);
  if (!settings.node_admin_enabled) return {};
  const { node_admin_username: name, node_admin_uid: id, node_admin_pk_list: keys } = settings;
  const home = `/home/${name}`;
  const ssh = sshPlan(
    { name, task: 'admin', home, homeMode: '0750', keys },
    { name: nodeCluster(settings), hosts: exchangeGroups(site).get(exchangeKey(host) ?? '') ?? [] },
  );
  return {
    users: [{ name, uid: id, gid: id, home, shell: '/bin/bash', gecos: 'administrator', groups: [] }],
    files: [linked(`/etc/sudoers.d/${name}`, [`${name} ALL=(ALL) NOPASSWD: ALL`], 0o440), ...ssh.files],
    sshKeys: ssh.sshKeys,
  };
}

/** The hosts of each group between which administrators may log on (`node_admin_ssh_exchange`). */
const exchangeGroups = perSite((site) => {
  const groups = new Map<string, SshGroup['hosts'][number][]>();
  for (const host of site.hosts) {
    const key = exchangeKey(host);
    if (key !== undefined) append(groups, key, { ip: host.ip, name: nodeName(settingsOf(host), host.ip) });
  }
  return groups;
});

function exchangeKey(host: SiteHost): string | undefined {
  const settings = settingsOf(host);
  if (!settings.node_admin_enabled || !settings.node_admin_ssh_exchange) return undefined;
  return `${settings.node_admin_username}@${nodeCluster(settings)}`;
}
