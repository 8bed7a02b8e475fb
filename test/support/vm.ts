import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCgroup } from './cgroup.ts';
import { describeFailure, mustRun, type RunResult, run } from './process.ts';
import { startMachine } from './qemu.ts';
import { skipReason } from './requirements.ts';
import { claimDirectory, idOf, reapStaleLabs, tearDown } from './teardown.ts';
import { ensureVmImage, type VmImage } from './vm-image.ts';
import { VmPort } from './vm-port.ts';

export type VmRequest = {
  readonly name: string;
  /** On `eth0`, /24, without other hosts. */
  readonly ip?: string;
  /** Default 2048. */
  readonly memoryMegabytes?: number;
  /** Nodes that its memory is on, in equal parts; default 1. */
  readonly numaNodes?: number;
};

export type VmExecOptions = {
  readonly user?: string;
  readonly input?: string | Uint8Array;
  /** Default 120: everything is 10 to 20 times slower than on this machine. */
  readonly timeoutSeconds?: number;
};

export type VmBootOptions = {
  /** Default 120. */
  readonly timeoutSeconds?: number;
  /** As for a node of a lab. */
  readonly until?: 'settled' | 'reachable';
};

const AS_USER = 'exec setpriv --reuid "$0" --regid "$(id -g "$0")" --init-groups --reset-env "$@"';

/** Bytes that one push may have. The file is sparse. */
const TRANSFER_SIZE = 16 * 1024 ** 3;

/** Why virtual machines cannot run here, undefined when they can: the reason to give `describe.skipIf`. */
export function vmSkipReason(): string | undefined {
  return skipReason('qemu-system-x86_64', 'mke2fs', 'depmod', 'apt-get', 'mmdebstrap', 'flock', 'chroot');
}

/**
 * A virtual machine that is off, with a fresh disk: Debian 12 with a kernel of its own, so that a power cut loses
 * what was not synced. The first one takes about a minute longer: its disk is built. Throws when this machine cannot
 * run one.
 */
export async function createVm(request: VmRequest): Promise<Vm> {
  const reason = vmSkipReason();
  if (reason !== undefined) throw new Error(`no virtual machine here: ${reason}`);
  reapStaleLabs();
  const image = await ensureVmImage();
  const directory = claimDirectory('vm');
  makeCgroup(`${idOf(directory)}/qemu`);
  await mustRun('cp', ['--sparse=always', '--reflink=auto', image.disk, join(directory, 'disk')]);
  writeFileSync(join(directory, 'transfer'), '');
  truncateSync(join(directory, 'transfer'), TRANSFER_SIZE);
  return new Vm(request, image, directory);
}

export class Vm {
  readonly name: string;
  /** Kernel and systemd messages over all boots, and what qemu had to say. */
  readonly console: string;
  readonly #request: VmRequest;
  readonly #image: VmImage;
  readonly #directory: string;
  #machine: ChildProcess | undefined;
  #port: VmPort | undefined;

  /** Use {@link createVm}. */
  constructor(request: VmRequest, image: VmImage, directory: string) {
    this.name = request.name;
    this.console = join(directory, 'console.log');
    this.#request = request;
    this.#image = image;
    this.#directory = directory;
  }

  get isRunning(): boolean {
    return (
      this.#machine !== undefined && this.#machine.exitCode === null && this.#machine.signalCode === null
    );
  }

  /** Switches the machine on and resolves to systemd's state; about 10 s. Throws, with the console's end, when late. */
  async boot({ timeoutSeconds = 120, until = 'settled' }: VmBootOptions = {}): Promise<string> {
    if (this.isRunning) throw new Error(`${this.name} is on already`);
    const deadline = Date.now() + timeoutSeconds * 1000;
    this.#machine = this.#start();
    const port = new VmPort(this.#machine);
    this.#port = port;
    const isReady = await Promise.race([port.ready, delay(timeoutSeconds * 1000, false, { ref: false })]);
    const wanted = until === 'settled' ? ['running', 'degraded'] : ['running', 'degraded', 'starting'];
    for (let state = ''; isReady && this.isRunning && Date.now() < deadline; await delay(200)) {
      state = (await port.request('systemctl is-system-running || true', timeoutSeconds)).stdout.trim();
      if (wanted.includes(state)) return state;
    }
    throw new Error(`${this.name} did not boot\n${this.#consoleEnd()}`);
  }

  /** The result of a program in the machine; several may run at a time. Code 137 when the power is cut meanwhile. */
  async exec(command: readonly string[], options: VmExecOptions = {}): Promise<RunResult> {
    if (!this.isRunning || !this.#port) throw new Error(`${this.name} is off`);
    const { user, input, timeoutSeconds = 120 } = options;
    const line = user === undefined ? command : ['sh', '-c', AS_USER, user, ...command];
    return this.#port.request(`exec ${line.map(quote).join(' ')}`, timeoutSeconds, input);
  }

  /** The standard output of a shell script (`sh -e`) in the machine; throws with both outputs when it fails. */
  async sh(script: string, options: VmExecOptions = {}): Promise<string> {
    const result = await this.exec(['sh', '-ec', script], options);
    if (result.code !== 0) throw new Error(describeFailure(`${this.name}: ${script}`, result));
    return result.stdout;
  }

  /**
   * Copies a file or directory of this machine to exactly `path`, which is not there yet, owned by root, and syncs.
   * The machine has to be on. It goes as a tar over a second disk, read past the page cache.
   */
  async push(local: string, path: string): Promise<void> {
    const tar =
      'tar --owner=0 --group=0 --numeric-owner -C "$1" -cf - "$2" | dd of="$3" conv=notrunc bs=1M status=none';
    const transfer = join(this.#directory, 'transfer');
    await mustRun('sh', ['-c', tar, 'sh', dirname(local), basename(local), transfer], {
      timeoutSeconds: 600,
    });
    const unpack = `mkdir -p "$1"; d=$(mktemp -d "$1/.push.XXXXXX")
      dd if=/dev/vdb iflag=direct bs=1M status=none 2>/dev/null | tar -C "$d" -xf -
      mv -T "$d/$2" "$3"; rmdir "$d"; sync`;
    const args = ['sh', '-ec', unpack, 'sh', dirname(path), basename(local), path];
    const result = await this.exec(args, { timeoutSeconds: 900 });
    if (result.code !== 0) throw new Error(describeFailure(`push to ${path}`, result));
  }

  /** Kills the machine: its memory and page cache are lost, with all data not yet written to its disk. */
  async powerCut(): Promise<void> {
    this.#machine?.kill('SIGKILL');
    await this.#waitForEnd(20);
  }

  /** Waits until the machine goes off, for example after a kernel reset. Throws if it is still on after the timeout. */
  async ended(timeoutSeconds: number): Promise<void> {
    await this.#waitForEnd(timeoutSeconds);
  }

  /** Switches the machine off in order. Throws when it is still on after the timeout (120 s). */
  async shutdown(timeoutSeconds = 120): Promise<void> {
    await this.exec(['systemctl', 'poweroff', '--no-block']);
    await this.#waitForEnd(timeoutSeconds);
  }

  /** The text of a file on the disk of a machine that is off, undefined when there is none; links are followed. */
  async readDisk(path: string): Promise<string | undefined> {
    return this.withDisk(async (root) => {
      const exists = (await run('chroot', [root, 'test', '-e', path])).code === 0;
      return exists ? mustRun('chroot', [root, 'cat', path]) : undefined;
    });
  }

  /**
   * What `work` makes of the disk of a machine that is off, mounted at `root`. It is a copy, so the kernel may replay
   * the journal as the next boot will; writing to it changes nothing. An absolute link leads out of `root`: use chroot.
   */
  async withDisk<T>(work: (root: string) => Promise<T>): Promise<T> {
    if (this.isRunning) throw new Error(`${this.name} is on: its disk is in use`);
    const [copy, root] = [join(this.#directory, 'copy'), join(this.#directory, 'root')];
    await mustRun('cp', ['--sparse=always', '--reflink=auto', join(this.#directory, 'disk'), copy]);
    mkdirSync(root, { recursive: true });
    await mustRun('mount', ['-o', 'loop', copy, root]);
    try {
      return await work(root);
    } finally {
      await mustRun('umount', [root]);
    }
  }

  /** Ends the machine and deletes its disk; may be called again. */
  async destroy(): Promise<void> {
    tearDown(this.#directory);
  }

  #start(): ChildProcess {
    return startMachine({
      name: this.name,
      ip: this.#request.ip,
      memoryMegabytes: this.#request.memoryMegabytes ?? 2048,
      numaNodes: this.#request.numaNodes ?? 1,
      kernel: this.#image.kernel,
      initrd: this.#image.initrd,
      disk: join(this.#directory, 'disk'),
      transfer: join(this.#directory, 'transfer'),
      console: this.console,
      cgroup: `${idOf(this.#directory)}/qemu`,
    });
  }

  async #waitForEnd(timeoutSeconds: number): Promise<void> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    while (this.isRunning) {
      if (Date.now() > deadline) throw new Error(`${this.name} is still on\n${this.#consoleEnd()}`);
      await delay(20);
    }
  }

  #consoleEnd(): string {
    return existsSync(this.console) ? readFileSync(this.console, 'utf8').slice(-4000) : '';
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
