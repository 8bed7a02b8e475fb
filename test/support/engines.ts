import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { inCgroup, makeCgroup, programsCgroup } from './cgroup.ts';
import { describeFailure, type RunResult, run } from './process.ts';
import { claimDirectory, idOf, reapStaleLabs, tearDown } from './teardown.ts';

export type EngineName = 'dockerd' | 'podman';

/** A container engine of the test's own, with empty storage and no network; nothing of the machine's engines counts. */
export type Engine = {
  readonly docker: Docker;
  /** Where `docker` listens. */
  readonly socket: string;
  /** For files of the test; deleted with the engine. */
  readonly directory: string;
  /** Ends the engine and its containers and removes all they made; may be called again. */
  stop(): void;
};

const START_SECONDS = 60;
const LIFE_SECONDS = 3600;

/** Starts an engine and waits until it answers. Engines that a dead process left behind are removed first. */
export async function startEngine(name: EngineName): Promise<Engine> {
  reapStaleLabs();
  const directory = claimDirectory('engine');
  const stop = () => tearDown(directory);
  try {
    const socket = join(directory, 'socket');
    const docker = new Docker({ socketPath: socket });
    const ended = launch(name, directory);
    await Promise.race([answers(docker, name), ended]);
    return { docker, socket, directory, stop };
  } catch (cause) {
    stop();
    throw cause;
  }
}

/** What a container of `image` left when its program had ended; the container is removed. It has no network. */
export async function runContainer(
  { docker }: Engine,
  image: string,
  options: Docker.ContainerCreateOptions,
): Promise<RunResult> {
  const { HostConfig: host, ...rest } = options;
  const container = await docker.createContainer({
    ...rest,
    Image: image,
    HostConfig: { NetworkMode: 'none', ...host },
  });
  try {
    await container.start();
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    // without `follow` the engine answers with all of the log at once
    const log = (await container.logs({ stdout: true, stderr: true })) as unknown as Buffer;
    return { code, stdout: channel(log, 1), stderr: channel(log, 2) };
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Waits for the end of a long call. Throws the engine's own words: a failure comes late, inside a good answer. */
export async function finish(answer: NodeJS.ReadableStream): Promise<void> {
  const lines = (await text(answer)).split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    const { error } = JSON.parse(line) as { error?: string };
    if (error !== undefined) throw new Error(error);
  }
}

/** One channel of a log: frames of a type, three zeros, a 32-bit length and as many bytes (Engine API, "attach"). */
function channel(log: Buffer, wanted: number): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    if (log[at] === wanted) parts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString('utf8');
}

async function answers(docker: Docker, name: EngineName): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    try {
      await docker.ping();
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`${name} does not answer`, { cause });
    }
    await sleep(100);
  }
}

/**
 * The engine as the first process of its own process, mount and network namespaces, which end with it: nothing that
 * it mounts or starts outlives it. A /run and an /etc/docker of its own hide the machine's engines from it. Rejects
 * when it ends.
 */
async function launch(name: EngineName, directory: string): Promise<never> {
  const id = idOf(directory);
  makeCgroup(programsCgroup(id));
  const [command, env] = COMMANDS[name](directory, id);
  const script = `mount -t tmpfs -o mode=755 engine /run
    if [ -d /etc/docker ]; then mount -t tmpfs engine /etc/docker; fi
    ${name === 'podman' ? LEGACY_CGROUPS : ''}
    exec "$@"`;
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [program, ...args] = inCgroup(programsCgroup(id), [
    'unshare',
    ...namespaces,
    'sh',
    '-euc',
    script,
    'sh',
    ...command,
  ]);
  const result = await run(program, args, { env: { ...process.env, ...env }, timeoutSeconds: LIFE_SECONDS });
  throw new Error(describeFailure(name, result));
}

/** crun refuses a hybrid machine, even for a container without control groups; without this mount it is a v1 one. */
const LEGACY_CGROUPS =
  'if mountpoint -q /sys/fs/cgroup/unified; then umount --lazy /sys/fs/cgroup/unified; fi';

type Command = readonly [readonly string[], NodeJS.ProcessEnv];

const COMMANDS: Record<EngineName, (directory: string, id: string) => Command> = {
  dockerd: (directory, id) => {
    writeFileSync(join(directory, 'daemon.json'), '{}');
    const options = {
      'config-file': join(directory, 'daemon.json'),
      host: `unix://${join(directory, 'socket')}`,
      'data-root': join(directory, 'data'),
      'exec-root': join(directory, 'exec'),
      pidfile: join(directory, 'pid'),
      bridge: 'none',
      iptables: 'false',
      ip6tables: 'false',
      'ip-forward': 'false',
      'exec-opt': 'native.cgroupdriver=cgroupfs',
      'cgroup-parent': `/${id}/containers`,
    };
    return [['dockerd', ...Object.entries(options).map(([key, value]) => `--${key}=${value}`)], {}];
  },
  podman: (directory) => {
    const policy = join(directory, '.config', 'containers');
    mkdirSync(policy, { recursive: true });
    writeFileSync(join(policy, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
    writeFileSync(join(directory, 'containers.conf'), CONTAINERS_CONF);
    writeFileSync(join(directory, 'storage.conf'), storageConf(directory));
    const env = {
      HOME: directory,
      TMPDIR: directory,
      CONTAINERS_CONF: join(directory, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(directory, 'storage.conf'),
    };
    return [['podman', 'system', 'service', '--time=0', `unix://${join(directory, 'socket')}`], env];
  },
};

/** containers.conf(5); no journald and no systemd here. Containers stay in the engine's control group. */
const CONTAINERS_CONF = `[containers]
cgroups = "disabled"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
`;

/** containers-storage.conf(5). */
function storageConf(directory: string): string {
  return `[storage]
driver = "overlay"
graphroot = "${join(directory, 'data')}"
runroot = "${join(directory, 'exec')}"
`;
}
