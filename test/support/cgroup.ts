import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every node has a control group of its own. Without one, `systemd-nspawn --keep-unit` puts all nodes into one group
 * `payload` beside its caller, and the node that stops first ends the others' processes.
 */

/**
 * Where control groups are made: the cgroup2 file system and, on a hybrid machine, systemd's own v1 hierarchy, which
 * nspawn uses as well.
 */
function hierarchies(): readonly string[] {
  return mountsOf((type, options) => {
    return type === 'cgroup2' || (type === 'cgroup' && options.includes('name=systemd'));
  });
}

/** Those and the v1 hierarchies of single controllers, in which container engines make groups too. */
function allHierarchies(): readonly string[] {
  return mountsOf((type) => type === 'cgroup2' || type === 'cgroup');
}

function mountsOf(wanted: (type: string, options: string) => boolean): readonly string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.flatMap((line) => {
    const [, path, type = '', options = ''] = line.split(' ');
    return path !== undefined && wanted(type, options) ? [path] : [];
  });
}

/** Creates the control group `name` ("lab/node") in every hierarchy; an existing one is no error. */
export function makeCgroup(name: string): void {
  for (const root of hierarchies()) {
    const parts = name.split('/');
    parts.forEach((_, index) => {
      mkdirSync(join(root, ...parts.slice(0, index + 1)), { recursive: true });
      if (index < parts.length - 1) delegateControllers(join(root, ...parts.slice(0, index + 1)));
    });
  }
}

/** Limits of units work where the machine's controllers are cgroup2's; on a hybrid machine there is none to delegate. */
function delegateControllers(folder: string): void {
  const file = join(folder, 'cgroup.controllers');
  if (!existsSync(file)) return;
  for (const controller of readFileSync(file, 'utf8').split(/\s+/).filter(Boolean)) {
    ignoringErrors(() => writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`));
  }
}

/**
 * The control group of a lab's programs that run outside its nodes. It is beside the nodes' groups, as a group whose
 * children have controllers holds no process itself (cgroups(7)).
 */
export function programsCgroup(lab: string): string {
  return `${lab}/_programs`;
}

/** The argument vector that runs `command` inside control group `name`, which has to exist. */
export function inCgroup(name: string, command: readonly string[]): readonly [string, ...string[]] {
  return inFolders(
    hierarchies().map((root) => join(root, name)),
    command,
  );
}

/** The argument vector that runs `command` in the control groups that process `pid` is in. */
export function besideProcess(pid: number, command: readonly string[]): readonly [string, ...string[]] {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const paths = lines.flatMap((line) => {
    const [number, controllers, path] = line.split(':');
    return path !== undefined && (number === '0' || controllers === 'name=systemd') ? [path] : [];
  });
  const folders = hierarchies().flatMap((root) => paths.map((path) => join(root, path)));
  return inFolders(
    folders.filter((folder) => existsSync(folder)),
    command,
  );
}

function inFolders(folders: readonly string[], command: readonly string[]): readonly [string, ...string[]] {
  const script = `for f in ${folders.join(' ')}; do echo $$ >$f/cgroup.procs; done; exec "$@"`;
  return ['sh', '-c', script, 'sh', ...command];
}

/** The names of the control groups of the first level that `pattern` matches. */
export function listCgroups(pattern: RegExp): readonly string[] {
  return allHierarchies().flatMap((root) => readdirSync(root).filter((name) => pattern.test(name)));
}

/**
 * Kills every process of the control group `name` and of those below it, and removes them. Synchronous, because it
 * also runs while this process exits. Throws when a process survives SIGKILL for 20 s.
 */
export function killCgroup(name: string): void {
  const folders = allHierarchies()
    .map((root) => join(root, name))
    .filter((folder) => existsSync(folder));
  const deadline = Date.now() + 20_000;
  while (killOnce(folders) > 0) {
    if (Date.now() > deadline) throw new Error(`processes of ${name} survive SIGKILL`);
    sleep(10);
  }
  for (const path of folders.flatMap(subtree)) ignoringErrors(() => rmdirSync(path));
}

/** The number of processes that were still running. */
function killOnce(folders: readonly string[]): number {
  for (const folder of folders) ignoringErrors(() => writeFileSync(join(folder, 'cgroup.kill'), '1'));
  const left = new Set(folders.flatMap(subtree).flatMap(processes));
  for (const pid of left) ignoringErrors(() => process.kill(pid, 'SIGKILL'));
  return left.size;
}

function processes(folder: string): readonly number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return []; // removed meanwhile
  }
}

/** The folder and all below it, deepest first: the order in which rmdir works. */
function subtree(folder: string): readonly string[] {
  try {
    const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...children.flatMap((child) => subtree(join(folder, child.name))), folder];
  } catch {
    return [];
  }
}

function ignoringErrors(work: () => void): void {
  try {
    work();
  } catch {
    // the process or the control group is gone already, or the kernel has no such file
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
