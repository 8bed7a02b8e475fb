import type { FilePlan, FileSource, HostPlan } from '../model/plan.ts';
import { linked } from '../text/linked.ts';

/** An account and its authorized keys. */
export type SshAccount = {
  readonly name: string;
  /** Part of its file names: one account may have both tasks. */
  readonly task: 'admin' | 'dbsu';
  readonly home: string;
  /** An octal mode, as for chmod. */
  readonly homeMode: string;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
};

/** The hosts between which the account may log on. */
export type SshGroup = {
  readonly name: string;
  readonly hosts: readonly { readonly ip: string; readonly name: string }[];
};

export type SshPlan = { readonly files: readonly FilePlan[]; readonly sshKeys: HostPlan['sshKeys'] };

/** Every host lists the others. In larger groups the key is not bound to addresses, and ssh asks about new hosts. */
const MAX_LISTED_HOSTS = 64;

/** The default keys of an account (ssh(1)): ssh ignores them when another key is named. */
const OWN_KEYS = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk'].map((type) => `~/.ssh/id_${type}`);

/** Authorized keys of an account, and its ssh access between the hosts of a group (docs/decisions/ssh-exchange.md). */
export function sshPlan(account: SshAccount, { name: group, hosts }: SshGroup): SshPlan {
  const hasExchangeKey = hosts.length > 1;
  const hasHostList = hosts.length <= MAX_LISTED_HOSTS;
  const key = `ssh-${account.name}@${group}`;
  const from = hasHostList ? `from="${hosts.map(({ ip }) => ip).join(',')}"` : '';
  const lines = [...account.keys, ...(hasExchangeKey ? [{ $sshKey: key, options: from }] : [])];
  if (lines.length === 0) return { files: [], sshKeys: [] };
  const keysPath = `etc/ssh/${account.task}-keys`;
  const files = [
    linked(`/etc/tmpfiles.d/60-pigsty-${account.task}.conf`, homeLines(account, keysPath)),
    file(keysPath, 0o644, 'root', { kind: 'text', lines }),
  ];
  if (!hasExchangeKey) return { files, sshKeys: [] };
  const keyPath = `etc/ssh/${account.task}-exchange`;
  const match = hasHostList ? ` host ${hosts.flatMap((host) => [host.ip, host.name]).join(',')}` : '';
  const client = [
    `Match localuser ${account.name}${match}`,
    ...[...OWN_KEYS, `/etc/pigsty/current/${keyPath}`].map((path) => `  IdentityFile ${path}`),
    ...(hasHostList ? ['  StrictHostKeyChecking accept-new'] : []),
  ];
  return {
    files: [
      ...files,
      file(keyPath, 0o640, account.name, { kind: 'ssh-key', name: key }),
      linked(`/etc/ssh/ssh_config.d/60-pigsty-${account.task}.conf`, client),
    ],
    sshKeys: [{ name: key }],
  };
}

/**
 * sshd also reads authorized_keys2 (sshd_config(5)); authorized_keys stays under the account's control. systemd-tmpfiles
 * follows no symbolic link that the account has created in the path.
 */
function homeLines({ name, home, homeMode }: SshAccount, keysPath: string): string[] {
  return [
    `d ${home} ${homeMode} ${name} ${name} -`,
    `d ${home}/.ssh 0700 ${name} ${name} -`,
    `L+ ${home}/.ssh/authorized_keys2 - - - - /etc/pigsty/current/${keysPath}`,
  ];
}

function file(path: string, mode: number, group: string, source: FileSource): FilePlan {
  return { path, mode, group, source };
}
