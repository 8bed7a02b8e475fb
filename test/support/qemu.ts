import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { inCgroup } from './cgroup.ts';

export type Machine = {
  readonly name: string;
  readonly ip: string | undefined;
  readonly memoryMegabytes: number;
  readonly numaNodes: number;
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4, the root file system: /dev/vda. */
  readonly disk: string;
  /** Raw, any content: /dev/vdb. */
  readonly transfer: string;
  readonly console: string;
  readonly cgroup: string;
};

/**
 * Starts the machine; its standard input and output are a virtio port, the console is appended to a file.
 * Emulated, as /dev/kvm cannot be counted on; with one thread, as several crash under Debian 12's qemu.
 */
export function startMachine(machine: Machine): ChildProcess {
  const program = ['nice', '-n', `${PRIORITY}`, 'qemu-system-x86_64', ...describe(machine)];
  const [command, ...args] = inCgroup(machine.cgroup, program);
  const errors = openSync(machine.console, 'a');
  const child = spawn(command, args, { detached: true, stdio: ['pipe', 'pipe', errors] });
  closeSync(errors);
  preferSession(child);
  return child;
}

/**
 * It has one processor of its own then, whatever else runs: a slower machine exceeds the tests' timeouts. Where the kernel shares time out by sessions, as every service of a container is one, the process's own
 * priority does not count among them (sched(7), "The autogroup feature").
 */
const PRIORITY = -10;

function preferSession({ pid }: ChildProcess): void {
  const session = `/proc/${pid}/autogroup`;
  if (existsSync(session)) writeFileSync(session, `${PRIORITY}`);
}

function describe(machine: Machine): readonly string[] {
  return [
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-nic', 'none'],
    ...['-accel', 'tcg,thread=single', '-smp', '1', '-m', `${machine.memoryMegabytes}`],
    ...memoryNodes(machine),
    ...['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', commandLine(machine)],
    ...['-chardev', `file,id=console,path=${machine.console},append=on`, '-serial', 'chardev:console'],
    ...['-chardev', 'stdio,id=control,signal=off', '-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=control,name=control'],
    // the slots determine which one is vda
    ...['-drive', drive('root', machine.disk), '-device', 'virtio-blk-pci,drive=root,addr=0x10'],
    ...['-drive', drive('transfer', machine.transfer), '-device', 'virtio-blk-pci,drive=transfer,addr=0x11'],
  ];
}

/** The processor is on the first one. */
function memoryNodes({ memoryMegabytes, numaNodes }: Machine): string[] {
  if (numaNodes === 1) return [];
  return Array.from({ length: numaNodes }, (_, node) => [
    ...['-object', `memory-backend-ram,id=node${node},size=${memoryMegabytes / numaNodes}M`],
    ...['-numa', `node,nodeid=${node},memdev=node${node}${node === 0 ? ',cpus=0' : ''}`],
  ]).flat();
}

/** Write-through: a write that the guest was told is done is on this machine's disk, and none waits inside qemu. */
function drive(id: string, file: string): string {
  return `if=none,id=${id},file=${file},format=raw,cache=writethrough,discard=unmap`;
}

/** `panic=-1` with `-no-reboot`: a kernel that panics ends the machine, so that a boot fails at once. */
function commandLine({ name, ip }: Machine): string {
  const own = [`systemd.hostname=${name}`, ...(ip === undefined ? [] : [`lab.ip=${ip}`])];
  return ['console=ttyS0', 'panic=-1', 'mitigations=off', ...own].join(' ');
}
