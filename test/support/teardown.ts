import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { killCgroup, listCgroups } from './cgroup.ts';
import { removeTree } from './process.ts';

/**
 * Everything that a lab creates on this machine has the lab's id in its name: the directory, control groups and network
 * namespaces. The id carries the process that owns it, so another run can find what a dead owner has left.
 */
export type LabId = string;

const ID = /^pigsty-(?:lab|vm|engine)-(\d+)-\w+/;

/** A new directory below the system's one for temporary files, whose base name is the lab's id. */
export function claimDirectory(kind: 'lab' | 'vm' | 'engine'): string {
  mkdirSync(tmpdir(), { recursive: true });
  const directory = mkdtempSync(join(tmpdir(), `pigsty-${kind}-${process.pid}-`));
  writeFileSync(join(directory, 'owner'), startTime(process.pid) ?? '');
  live.add(directory);
  return directory;
}

export function idOf(directory: string): LabId {
  return basename(directory);
}

const live = new Set<string>();

function destroyLive(): void {
  for (const directory of live) tearDown(directory);
}

process.on('exit', destroyLive);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    destroyLive();
    process.kill(process.pid, signal); // the handler is gone: this time it ends the process
  });
}

/**
 * Ends every process of the lab, then removes its mounts, network namespaces, control groups and directory; doing it
 * again does nothing. Synchronous, because it also runs while this process exits. Throws if something remains.
 */
export function tearDown(directory: string): void {
  const id = idOf(directory);
  killCgroup(id);
  // lazy: a namespace of a process that was just killed may hold the mount for a moment
  for (const path of mountsBelow(directory)) execFileSync('umount', ['--lazy', path]);
  for (const namespace of namespacesOf(id)) execFileSync('ip', ['netns', 'delete', namespace]);
  removeTree(directory);
  live.delete(directory);
}

/** Tears down every lab whose owner has died. Labs of live processes are not changed; a teardown that fails is reported. */
export function reapStaleLabs(): void {
  const found = [
    ...readdirSync(tmpdir()).map((name) => join(tmpdir(), name)),
    ...mountPoints().map((path) => dirname(dirname(path))),
    ...[...listNamespaces(), ...listCgroups(ID)].map((name) => join(tmpdir(), ID.exec(name)?.[0] ?? name)),
  ];
  for (const directory of new Set(found)) {
    if (!ID.test(basename(directory)) || isOwned(directory)) continue;
    try {
      tearDown(directory);
    } catch (error) {
      process.stderr.write(`stale test lab ${directory}: ${String(error)}\n`);
    }
  }
}

/** A process id can be reused by another process: the start time distinguishes them. */
function isOwned(directory: string): boolean {
  const started = startTime(Number(ID.exec(basename(directory))?.[1]));
  const owner = join(directory, 'owner');
  const recorded = existsSync(owner) ? readFileSync(owner, 'utf8') : '';
  return started !== undefined && (recorded === '' || recorded === started);
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the second field is in parentheses and may hold spaces. */
function startTime(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
}

function namespacesOf(id: LabId): readonly string[] {
  return listNamespaces().filter((name) => name.startsWith(`${id}-`));
}

function listNamespaces(): readonly string[] {
  const lines = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [line.split(' ')[0] ?? '']));
}

/** Deepest first: the order in which umount works. */
function mountsBelow(directory: string): readonly string[] {
  return mountPoints()
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
}

function mountPoints(): readonly string[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return lines.flatMap((line) => line.split(' ')[1] ?? []);
}
