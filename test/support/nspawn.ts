import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { inCgroup } from './cgroup.ts';

export type Container = {
  readonly name: string;
  readonly root: string;
  readonly cgroup: string;
  readonly namespace: string;
  /** What systemd says on its console is appended to this file. */
  readonly console: string;
  /** Path in the node -> directory of this machine. */
  readonly binds: ReadonlyMap<string, string>;
};

/** Found by experiment, with systemd 252 and 257 as guests of 252: a node should be as similar as possible to a real machine. */
const ENVIRONMENT = {
  // Debian 12 and 13 have cgroup2 only; a hybrid machine would show the node its own v1 hierarchy, read-only
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1',
  // Debian 12's /tmp is on disk: what is there survives a reboot, and is larger than a share of the memory
  SYSTEMD_NSPAWN_TMPFS_TMP: '0',
  // net.* belongs to the node's network namespace and may be set; the rest of /proc/sys is the machine's: read-only
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
};

const FLAGS = [
  '--quiet',
  '--boot',
  '--register=no', // no machined on this machine
  '--keep-unit', // no systemd either, maybe: stay in the control group we made
  '--console=read-only', // passive is read by nobody until the end, and a systemd that has much to say waits for a reader
  '--resolv-conf=off', // these three: what is in the node is the node's, as on a real machine
  '--timezone=off',
  '--link-journal=no',
  // a real machine's services may ask for any capability (vip-manager, keepalived, huge pages); only what would change
  // this machine itself is left out: its clock and its kernel
  '--capability=all',
  '--drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE',
  // IPAddressDeny= and DeviceAllow= are BPF programs; without it systemd ignores them and a test could not fail;
  // node_exporter reads the state of the clock by adjtimex(2)
  '--system-call-filter=bpf adjtimex clock_adjtime',
];

/** Starts the container; the process ends when the node is off. */
export function startContainer(container: Container): ChildProcess {
  const args = [
    ...FLAGS,
    `--directory=${container.root}`,
    `--machine=${container.name}`,
    `--hostname=${container.name}`,
    `--network-namespace-path=/run/netns/${container.namespace}`,
    ...[...container.binds].map(([path, directory]) => `--bind=${directory}:${path}`),
  ];
  const [command, ...rest] = inCgroup(container.cgroup, ['systemd-nspawn', ...args]);
  const output = openSync(container.console, 'a');
  const env = { ...process.env, ...ENVIRONMENT };
  const child = spawn(command, rest, { env, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.unref();
  return child;
}

/** The process of the node's init, after nspawn has started systemd in it. */
export function findLeader(supervisor: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').split(' ');
    return children
      .filter(Boolean)
      .map(Number)
      .find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n');
  } catch {
    return undefined; // gone between two reads
  }
}
