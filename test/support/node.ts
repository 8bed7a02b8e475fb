import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { besideProcess, inCgroup, killCgroup, makeCgroup, programsCgroup } from './cgroup.ts';
import { newDisk, restartDisk, stopDisk, unmount } from './disk.ts';
import {
  attach,
  inNamespace,
  type Link,
  removeNamespace,
  type Segment,
  setCable,
  unplug,
} from './network.ts';
import { findLeader, startContainer } from './nspawn.ts';
import { describeFailure, mustRun, type RunOptions, type RunResult, run } from './process.ts';

export type NodeOptions = {
  readonly ip: string;
  readonly name: string;
  readonly lab: string;
  readonly segment: Segment;
  readonly rootfs: string;
  /** Holds the node's disk and its console log. */
  readonly directory: string;
  readonly hasOwnDisk: boolean;
};

export type ExecOptions = Omit<RunOptions, 'env' | 'cwd'> & { readonly user?: string };

export type BootOptions = {
  readonly timeoutSeconds?: number;
  /** `settled`: systemd has nothing left to start. `reachable`: it answers; for services that wait for other nodes. */
  readonly until?: 'settled' | 'reachable';
};

const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'TERM=dumb',
];
const AS_USER = 'exec setpriv --reuid "$0" --regid "$(id -g "$0")" --init-groups --reset-env "$@"';

/** One machine of a lab: systemd as init, its own disk, its own network interface, every capability but two. */
export class LabNode {
  readonly ip: string;
  readonly name: string;
  /** What systemd wrote to the console, over all boots. */
  readonly console: string;
  readonly #options: NodeOptions;
  readonly #disks = new Map<string, string>();
  #supervisor: ChildProcess | undefined;
  #link: Link | undefined;

  private constructor(options: NodeOptions) {
    this.#options = options;
    this.ip = options.ip;
    this.name = options.name;
    this.console = join(options.directory, 'console.log');
  }

  /** A node that is off, with a fresh disk. Throws when the disk cannot be mounted. */
  static async create(options: NodeOptions): Promise<LabNode> {
    const node = new LabNode(options);
    const disk = options.hasOwnDisk ? await newDisk(options.directory, 'disk', '20G') : options.directory;
    const [upper, work] = [join(disk, 'upper'), join(disk, 'work')];
    for (const path of [upper, work, node.#merged]) mkdirSync(path, { recursive: true });
    await node.#mountRoot(disk);
    writeFileSync(join(node.#merged, 'etc/hostname'), `${options.name}\n`);
    writeFileSync(join(node.#merged, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${options.name}\n`);
    return node;
  }

  get isRunning(): boolean {
    const process = this.#supervisor;
    return process !== undefined && process.exitCode === null && process.signalCode === null;
  }

  /** Switches the node on and resolves to systemd's state. Throws, with the console's end, after the timeout (60 s). */
  async boot({ timeoutSeconds = 60, until = 'settled' }: BootOptions = {}): Promise<string> {
    if (this.isRunning) throw new Error(`${this.name} is on already`);
    await this.#disconnect();
    this.#link = await attach(this.#options.segment, `${this.#options.lab}-${this.name}`, this.ip);
    makeCgroup(this.#cgroup);
    this.#supervisor = startContainer({
      name: this.name,
      root: this.#merged,
      cgroup: this.#cgroup,
      namespace: this.#link.namespace,
      console: this.console,
      binds: this.#disks,
    });
    const wanted = until === 'settled' ? ['running', 'degraded'] : ['running', 'degraded', 'starting'];
    return this.#waitForState(wanted, timeoutSeconds);
  }

  /** The result of a program inside the node, as root or as `user` with that user's environment. */
  async exec(command: readonly string[], { user, ...options }: ExecOptions = {}): Promise<RunResult> {
    const asUser = user === undefined ? command : ['sh', '-c', AS_USER, user, ...command];
    const inside = ['nsenter', '-t', `${this.#leader()}`, '--all', 'env', '-i', ...ENVIRONMENT, ...asUser];
    const [program, ...args] = besideProcess(this.#leader(), inside);
    return run(program, args, options);
  }

  /** The standard output of a shell script (`sh -e`) inside the node; throws with both outputs when it fails. */
  async sh(script: string, options: ExecOptions = {}): Promise<string> {
    const result = await this.exec(['sh', '-ec', script], options);
    if (result.code !== 0) throw new Error(describeFailure(`${this.name}: ${script}`, result));
    return result.stdout;
  }

  /** The result of a program of this machine that speaks with the node's address, such as ping or psql. */
  async execFromNetwork(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    if (!this.#link) throw new Error(`${this.name} is off`);
    const [program, ...args] = inCgroup(programsCgroup(this.#options.lab), inNamespace(this.#link, command));
    return run(program, args, options);
  }

  /** Copies a file or directory of this machine to exactly `path` in the node, owned by root, on or off. */
  async push(local: string, path: string): Promise<void> {
    const target = this.#locate(path);
    await mustRun('mkdir', ['-p', dirname(target)]);
    await mustRun('cp', ['-a', '--no-preserve=ownership', '-T', local, target], { timeoutSeconds: 600 });
  }

  /** Copies a file or directory of the node to exactly `local`. */
  async pull(path: string, local: string): Promise<void> {
    await mustRun('cp', ['-a', '-T', this.#locate(path), local], { timeoutSeconds: 600 });
  }

  /** From the next boot, `directory` of this machine is mounted at `path`, as a data disk. */
  mount(path: string, directory: string): void {
    this.#disks.set(path, directory);
  }

  /** From the next boot, the data disk at `path` is missing. */
  unmount(path: string): void {
    this.#disks.delete(path);
  }

  /**
   * Ends everything at once. The cable goes first: peers get no FIN and no RST from the dying processes, just
   * silence. A node with a disk of its own loses what was not synced; of another one that stays, as the page cache is
   * this machine's.
   */
  async powerCut(): Promise<void> {
    const { directory, hasOwnDisk } = this.#options;
    const link = this.#link;
    this.#link = undefined;
    if (link) await unplug(link);
    if (hasOwnDisk) await stopDisk(directory, 'disk');
    killCgroup(this.#cgroup);
    await this.#waitForEnd(20);
    if (link) await removeNamespace(link);
    if (!hasOwnDisk) return;
    await unmount(this.#merged);
    await restartDisk(directory, 'disk');
    await this.#mountRoot(join(directory, 'disk'));
  }

  /** The root of a node that is off, on this machine. An absolute link leads out of it: use chroot. */
  get root(): string {
    if (this.isRunning) throw new Error(`${this.name} is on`);
    return this.#merged;
  }

  /** Switches the node off in order. Throws when it is still on after the timeout (120 s). */
  async shutdown(timeoutSeconds = 120): Promise<void> {
    await this.exec(['systemctl', 'poweroff']);
    await this.#waitForEnd(timeoutSeconds);
    await this.#disconnect();
    killCgroup(this.#cgroup);
  }

  /** An orderly shutdown, then a boot with the same disks. */
  async reboot(options: BootOptions = {}): Promise<string> {
    await this.shutdown();
    return this.boot(options);
  }

  /** Pulls the network cable; the node is unreachable until {@link heal} or the next boot. */
  async isolate(): Promise<void> {
    if (this.#link) await setCable(this.#link, 'down');
  }

  async heal(): Promise<void> {
    if (this.#link) await setCable(this.#link, 'up');
  }

  async #mountRoot(disk: string): Promise<void> {
    const { rootfs } = this.#options;
    const layers = `lowerdir=${rootfs},upperdir=${join(disk, 'upper')},workdir=${join(disk, 'work')}`;
    await mustRun('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.#merged]);
  }

  get #merged(): string {
    return join(this.#options.directory, 'merged');
  }

  get #cgroup(): string {
    return `${this.#options.lab}/${this.name}`;
  }

  #leader(): number {
    const supervisor = this.isRunning ? this.#supervisor?.pid : undefined;
    const leader = supervisor === undefined ? undefined : findLeader(supervisor);
    if (leader === undefined) throw new Error(`${this.name} is off`);
    return leader;
  }

  /** On: through init's root, which has all the node's mounts. Off: on the disk itself, or the data disk there. */
  #locate(path: string): string {
    if (this.isRunning) return join(`/proc/${this.#leader()}/root`, path);
    const disk = [...this.#disks].find(([mounted]) => path === mounted || path.startsWith(`${mounted}/`));
    return disk ? join(disk[1], path.slice(disk[0].length)) : join(this.#merged, path);
  }

  async #waitForState(wanted: readonly string[], timeoutSeconds: number): Promise<string> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (let state = ''; ; await delay(100)) {
      if (findLeader(this.#supervisor?.pid ?? 0) !== undefined) {
        state = (await this.exec(['systemctl', 'is-system-running'], { timeoutSeconds })).stdout.trim();
        if (wanted.includes(state)) return state;
      }
      if (Date.now() > deadline || !this.isRunning) {
        throw new Error(`${this.name} did not boot (${state || 'no answer'})\n${this.#consoleEnd()}`);
      }
    }
  }

  async #waitForEnd(timeoutSeconds: number): Promise<void> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    while (this.isRunning) {
      if (Date.now() > deadline) throw new Error(`${this.name} is still on\n${this.#consoleEnd()}`);
      await delay(20);
    }
  }

  async #disconnect(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    if (!link) return;
    await unplug(link);
    await removeNamespace(link);
  }

  #consoleEnd(): string {
    return existsSync(this.console) ? readFileSync(this.console, 'utf8').slice(-4000) : '';
  }
}
