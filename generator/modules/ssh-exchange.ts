import type { FilePlan, HostPlan, SshKeyRef } from '../model/plan.ts';

/** An account that logs on from one host of a group to another. */
export type SshExchange = {
  readonly account: string;
  readonly group: string;
  /** All hosts of the group: their addresses and names. */
  readonly hosts: readonly { readonly ip: string; readonly name: string }[];
};

export type SshExchangePlan = {
  /** The line that lets the others in. */
  readonly line: SshKeyRef;
  readonly files: readonly FilePlan[];
  readonly sshKeys: HostPlan['sshKeys'];
};

/** Every host lists the others: in larger groups the key is not bound to addresses, and ssh asks about new hosts. */
const MOST_LISTED = 64;

/**
 * One key for the group, made at the build: whoever has it may log on anywhere in the group anyway, so that a key for
 * each host would be no safer, and the lists would grow with the square of the group. Nothing in home directories but
 * authorized_keys2: ssh is told of the key by a file of its own. Undefined where there is no other host.
 */
export function sshExchange({ account, group, hosts }: SshExchange): SshExchangePlan | undefined {
  if (hosts.length < 2) return undefined;
  const isListed = hosts.length <= MOST_LISTED;
  const name = `ssh-${account}@${group}`;
  const keyPath = `etc/ssh/exchange-${account}`;
  const link = `/etc/ssh/ssh_config.d/60-pigsty-${account}.conf`;
  const names = hosts.flatMap((host) => [host.ip, host.name]);
  const lines = [
    `Match localuser ${account}${isListed ? ` host ${names.join(',')}` : ''}`,
    `  IdentityFile /etc/pigsty/current/${keyPath}`,
    ...(isListed ? ['  StrictHostKeyChecking accept-new'] : []),
  ];
  const client = { mode: 0o644, owner: 'root', group: 'root', source: { kind: 'text', lines } } as const;
  return {
    line: { $sshKey: name, options: isListed ? `from="${hosts.map(({ ip }) => ip).join(',')}"` : '' },
    files: [
      { path: keyPath, mode: 0o600, owner: account, group: account, source: { kind: 'ssh-key', name } },
      { path: link.slice(1), link, ...client },
    ],
    sshKeys: [{ name }],
  };
}
