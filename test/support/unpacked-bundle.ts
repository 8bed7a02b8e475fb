import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoteShell } from '../../generator/text/quote.ts';
import { mustRun, type RunResult, run } from './process.ts';
import type { Workshop } from './product.ts';

/** A change to one file of the generation, named by its path in it; it must change the file. */
export type Edit = { readonly path: string; readonly change: (text: string) => string };

/** The environment that the agent gives to scripts that measure a node (docs/bundle.md). */
const FACTS = { PIGSTY_CPU: '4', PIGSTY_MEM_MB: '8000', PIGSTY_DISK_BYTES: '200000000000' };

/** `within IMAGE UID COMMAND …` runs a program of an image. */
const PRELUDE = `set -eu
ip link set lo up
mount -t tmpfs -o mode=0755 none "$node"
mkdir "$node/data" "$node/run"
within() {
  root=$tree/$1 uid=$2; shift 2
  chroot --userspec="$uid:$uid" "$root" /usr/bin/env -i HOME=/tmp LANG=C.UTF-8 \
    PATH=/usr/lib/postgresql/17/bin:/usr/sbin:/usr/bin "$@"
}`;

/** Connects the process `pid` with the bridge `lab`, as `name`, when it has a network of its own. */
export const LINK = `link() { # NAME PID
  until [ "$(readlink /proc/$2/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
  ip link add "$1" type veth peer name eth0 netns "$2"
  ip link set "$1" master lab up
}`;

/**
 * A bundle with its images and its generation unpacked beside each other, so that the images' own programs read the
 * files that were generated for them: at the same path as on a node, with the node's address, without changing this
 * machine.
 */
export class UnpackedBundle {
  readonly #directory: string;
  readonly #records: readonly (readonly string[])[];

  private constructor(directory: string, manifest: string) {
    this.#directory = directory;
    this.#records = manifest
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
  }

  /** `bundle` is what `pigsty export` wrote, unpacked; all that is made goes below the directory `target`. */
  static async unpack(bundle: string, target: string): Promise<UnpackedBundle> {
    const unpacked = new UnpackedBundle(target, readFileSync(join(bundle, 'bundle'), 'utf8'));
    const extract = async (hash: string, place: string) => {
      mkdirSync(place, { recursive: true });
      await mustRun('tar', ['xpf', join(bundle, 'blobs', 'sha256', hash), '--numeric-owner', '-C', place]);
    };
    for (const [name = '', , layers = ''] of unpacked.records('image'))
      for (const layer of layers.split(',')) await extract(layer, join(unpacked.#tree, name));
    for (const part of ['config', 'secrets'])
      await extract(unpacked.records(part)[0]?.[0] ?? '', unpacked.generation);
    await unpacked.#measure();
    return unpacked;
  }

  /** The bundle of blueprint meta, built in a workshop of it and unpacked below its directory. */
  static async ofMeta(workshop: Workshop): Promise<UnpackedBundle> {
    const exported = await workshop.bundle('10.10.10.10');
    return UnpackedBundle.unpack(exported, mkdtempSync(join(workshop.directory, 'unpacked-')));
  }

  /** The directory that is /etc/pigsty/current on a node. */
  get generation(): string {
    return join(this.#directory, 'generation');
  }

  get #tree(): string {
    return join(this.#directory, 'images');
  }

  /** The fields of all records of a kind, without the kind. */
  records(kind: string): (readonly string[])[] {
    return this.#records.filter(([first]) => first === kind).map(([, ...fields]) => fields);
  }

  read(path: string): string {
    return readFileSync(join(this.generation, path), 'utf8');
  }

  /**
   * Runs a shell script as root, in the generation, in namespaces of its own with the host's address and empty state
   * directories; all that it starts ends with it. `within IMAGE UID COMMAND …` runs a program of an image. Edits are
   * made to a copy, for this run.
   */
  async run(script: string, ...edits: readonly Edit[]): Promise<RunResult> {
    const network = `ip address add ${this.#address}/32 dev lo`;
    return run('sh', ['-c', await this.#command(`${network}\n${script}`, edits)]);
  }

  /** A command that does this on a machine of a network: its caller connects `eth0` of the namespace ({@link LINK}). */
  async hosted(script: string): Promise<string> {
    const network = `until ip link show dev eth0 >"$node/link" 2>&1; do sleep 0.1; done
      ip address add ${this.#address}/24 dev eth0
      ip link set eth0 up`;
    return this.#command(`${network}\n${script}`, []);
  }

  async #command(script: string, edits: readonly Edit[]): Promise<string> {
    const generation = edits.length > 0 ? await this.#edited(edits) : this.generation;
    const node = join(this.#directory, 'node');
    mkdirSync(node, { recursive: true });
    const images = this.records('image').flatMap(([name]) => this.#mounts(`"$tree/${name}"`, generation));
    const text = [PRELUDE, ...this.#stateDirectories(), ...images, script].join('\n');
    const namespaces = 'unshare --mount --net --pid --fork --kill-child';
    const settings = [`tree=${quoteShell(this.#tree)}`, `node=${quoteShell(node)}`].join(' ');
    return `cd ${quoteShell(generation)} && ${settings} exec ${namespaces} sh -c ${quoteShell(text)}`;
  }

  get #address(): string {
    return this.records('host')[0]?.[0] ?? '';
  }

  /** The files that a node writes when it activates the bundle. */
  async #measure(): Promise<void> {
    const env = { ...process.env, ...FACTS };
    for (const [digest, , , , path = ''] of this.records('file')) {
      if (digest !== 'measured') continue;
      const text = await mustRun('sh', [`measure/${path}`], { cwd: this.generation, env });
      writeFileSync(join(this.generation, path), text);
    }
  }

  #stateDirectories(): string[] {
    const ids = new Map(this.records('user').map(([name, uid]) => [name, uid]));
    return this.records('directory').map(([mode, owner, group, , path]) => {
      const [uid, gid] = [ids.get(owner ?? '') ?? 0, ids.get(group ?? '') ?? 0];
      return `install -d -m ${mode} -o ${uid} -g ${gid} "$node${path}"`;
    });
  }

  /** What systemd does for a unit of the image; the links of a node are mounts. */
  #mounts(root: string, generation: string): string[] {
    const bind = (from: string, path: string) =>
      `mkdir -p ${root}${path} && mount --bind ${from} ${root}${path}`;
    return [
      `mount -t proc none ${root}/proc && mount --rbind /dev ${root}/dev`,
      `mount -t tmpfs -o mode=1777 none ${root}/tmp`,
      ...['/data', '/run'].map((path) => bind(`"$node"${path}`, path)),
      bind(`'${generation}'`, '/etc/pigsty/current'),
      ...this.records('link').map(([path = '', target = '']) => bind(`"$node"${target}`, path)),
    ];
  }

  async #edited(edits: readonly Edit[]): Promise<string> {
    const copy = mkdtempSync(join(this.#directory, 'edited-'));
    await mustRun('cp', ['-aT', this.generation, copy]);
    for (const { path, change } of edits) {
      const before = readFileSync(join(copy, path), 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`the edit of ${path} changes nothing`);
      writeFileSync(join(copy, path), after);
    }
    return copy;
  }
}
