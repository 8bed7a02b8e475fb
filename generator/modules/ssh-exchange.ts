import type { FilePlan, FileSource, HostPlan } from '../model/plan.ts';
import { linked } from '../text/linked.ts';

/** An account, and who may log on as it. */
export type SshAccount = {
  readonly name: string;
  /** Names its files: one account may have both tasks. */
  readonly task: 'admin' | 'dbsu';
  readonly home: string;
  /** As chmod takes it. */
  readonly homeMode: string;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
};

/** The hosts that the account logs on to from one another: their addresses and names. */
export type SshGroup = {
  readonly name: string;
  readonly hosts: readonly { readonly ip: string; readonly name: string }[];
};

export type SshPlan = { readonly files: readonly FilePlan[]; readonly sshKeys: HostPlan['sshKeys'] };

/** Every host lists the others: in larger groups the key is not bound to addresses, and ssh asks about new hosts. */
const MOST_LISTED = 64;

/** The keys that an account has by itself (ssh(1)): ssh forgets them where another is named. */
const OWN_KEYS = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk'].map((type) => `~/.ssh/id_${type}`);

/** Logging on as an account, and as it from host to host of a group (docs/decisions/ssh-exchange.md). */
export function sshPlan(account: SshAccount, { name: group, hosts }: SshGroup): SshPlan {
  const isShared = hosts.length > 1;
  const isListed = hosts.length <= MOST_LISTED;
  const key = `ssh-${account.name}@${group}`;
  const from = isListed ? `from="${hosts.map(({ ip }) => ip).join(',')}"` : '';
  const lines = [...account.keys, ...(isShared ? [{ $sshKey: key, options: from }] : [])];
  if (lines.length === 0) return { files: [], sshKeys: [] };
  const keysPath = `etc/ssh/${account.task}-keys`;
  const files = [
    linked(`/etc/tmpfiles.d/60-pigsty-${account.task}.conf`, homeLines(account, keysPath)),
    file(keysPath, 0o644, 'root', { kind: 'text', lines }),
  ];
  if (!isShared) return { files, sshKeys: [] };
  const keyPath = `etc/ssh/${account.task}-exchange`;
  const match = isListed ? ` host ${hosts.flatMap((host) => [host.ip, host.name]).join(',')}` : '';
  const client = [
    `Match localuser ${account.name}${match}`,
    ...[...OWN_KEYS, `/etc/pigsty/current/${keyPath}`].map((path) => `  IdentityFile ${path}`),
    ...(isListed ? ['  StrictHostKeyChecking accept-new'] : []),
  ];
  return {
    files: [
      ...files,
      file(keyPath, 0o600, account.name, { kind: 'ssh-key', name: key }),
      linked(`/etc/ssh/ssh_config.d/60-pigsty-${account.task}.conf`, client),
    ],
    sshKeys: [{ name: key }],
  };
}

/**
 * sshd looks into authorized_keys2 as well (sshd_config(5)); the other file stays the account's own. systemd-tmpfiles
 * follows no link that the account has put in its way.
 */
function homeLines({ name, home, homeMode }: SshAccount, keysPath: string): string[] {
  return [
    `d ${home} ${homeMode} ${name} ${name} -`,
    `d ${home}/.ssh 0700 ${name} ${name} -`,
    `L+ ${home}/.ssh/authorized_keys2 - - - - /etc/pigsty/current/${keysPath}`,
  ];
}

function file(path: string, mode: number, owner: string, source: FileSource): FilePlan {
  return { path, mode, owner, group: owner, source };
}
