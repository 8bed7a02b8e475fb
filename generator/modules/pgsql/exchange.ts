import type { Contribution } from '../../model/module.ts';
import type { Site } from '../../model/site.ts';
import { sshExchange } from '../ssh-exchange.ts';
import { clusterMembers, type PgsqlMember } from './members.ts';

const KEYS = 'etc/ssh/dbsu-keys';

/** The database's account logs on from member to member (`pg_dbsu_ssh_exchange`). */
export function exchangeContribution({ settings, cluster }: PgsqlMember, site: Site): Contribution {
  const { pg_dbsu: account, pg_dbsu_home: home } = settings;
  if (!settings.pg_dbsu_ssh_exchange) return {};
  const members = clusterMembers(site, cluster).filter((member) => member.settings.pg_dbsu_ssh_exchange);
  const hosts = members.map(({ host, instance }) => ({ ip: host.ip, name: instance }));
  const exchange = sshExchange({ account, group: cluster, hosts });
  if (!exchange) return {};
  const source = { kind: 'text', lines: [exchange.line] } as const;
  return {
    directories: [{ path: `${home}/.ssh`, mode: 0o700, owner: account, group: account }],
    links: [{ path: `${home}/.ssh/authorized_keys2`, target: `/etc/pigsty/current/${KEYS}` }],
    files: [{ path: KEYS, mode: 0o644, owner: 'root', group: 'root', source }, ...exchange.files],
    sshKeys: exchange.sshKeys,
  };
}
