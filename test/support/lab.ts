import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inCgroup, makeCgroup, programsCgroup } from './cgroup.ts';
import { attach, createSegment, inNamespace, type Link, type Segment } from './network.ts';
import { LabNode } from './node.ts';
import { mustRun, type RunOptions, type RunResult, run } from './process.ts';
import { skipReason } from './requirements.ts';
import { ensureRootfs, type Suite } from './rootfs.ts';
import { claimDirectory, idOf, reapStaleLabs, tearDown } from './teardown.ts';

export type LabNodeRequest = {
  readonly ip: string;
  /** Lower-case letters, digits and dashes; the node's host name. */
  readonly name: string;
  readonly suite?: Suite;
  /** Debian packages beyond the bare system. */
  readonly packages?: readonly string[];
  /**
   * A file system of its own, as on a new machine: files are made as fast as it can, however full this machine's is,
   * and a power cut loses what was not synced.
   */
  readonly hasOwnDisk?: boolean;
};

/** A client on the segment that is not a node: programs of this machine, with an address of the lab. */
export type LabClient = {
  readonly ip: string;
  exec(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The command that runs `command` there, for what starts programs itself. */
  within(command: readonly string[]): readonly string[];
};

export type Lab = {
  readonly id: string;
  /** For files of the test; deleted with the lab. */
  readonly directory: string;
  /** A node that is off. The first node of a suite needs half a minute longer, because its root file system is built. */
  node(request: LabNodeRequest): Promise<LabNode>;
  client(ip: string, name: string): Promise<LabClient>;
  /** Ends and removes everything that the lab created, and nothing else; may be called again. */
  destroy(): Promise<void>;
};

/** Why labs cannot run on this machine, undefined when they can: the reason to give `describe.skipIf`. */
export function labSkipReason(): string | undefined {
  return skipReason('systemd-nspawn', 'mmdebstrap', 'ip', 'ping', 'nsenter', 'flock', 'mke2fs', 'python3');
}

/**
 * An empty, air-gapped network for nodes and clients. Labs do not see each other, so addresses may repeat. Labs that
 * a dead process left behind are removed first. Throws when this machine cannot hold one: see {@link labSkipReason}.
 */
export async function createLab(): Promise<Lab> {
  const reason = labSkipReason();
  if (reason !== undefined) throw new Error(`no test lab here: ${reason}`);
  reapStaleLabs();
  const directory = claimDirectory('lab');
  await refuseOverlay(directory);
  const id = idOf(directory);
  makeCgroup(programsCgroup(id));
  const segment = await createSegment(`${id}-switch`);
  return {
    id,
    directory,
    node: (request) => createNode(directory, segment, request),
    client: async (ip, name) => createClient(id, await attach(segment, `${id}-${checked(name)}`, ip), ip),
    destroy: async () => tearDown(directory),
  };
}

async function createNode(directory: string, segment: Segment, request: LabNodeRequest): Promise<LabNode> {
  const rootfs = await ensureRootfs(request.suite ?? 'bookworm', request.packages);
  const name = checked(request.name);
  const own = join(directory, name);
  mkdirSync(own);
  const { ip, hasOwnDisk = false } = request;
  return LabNode.create({ ip, name, lab: idOf(directory), segment, rootfs, directory: own, hasOwnDisk });
}

function createClient(lab: string, link: Link, ip: string): LabClient {
  const within = (command: readonly string[]) => inCgroup(programsCgroup(lab), inNamespace(link, command));
  return {
    ip,
    within,
    exec: (command, options) => {
      const [program, ...args] = within(command);
      return run(program, args, options);
    },
  };
}

/** Names become part of paths and of shell commands. `switch` is the bridge's namespace. */
function checked(name: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name) || name === 'switch') throw new Error(`not a name for a node: ${name}`);
  return name;
}

/** An overlay cannot have its upper directory on another one, as in most containers. */
async function refuseOverlay(directory: string): Promise<void> {
  const type = (await mustRun('stat', ['-f', '-c', '%T', directory])).trim();
  if (type === 'overlayfs')
    throw new Error(`${directory} is on an overlay: set TMPDIR to a directory on a disk`);
}
