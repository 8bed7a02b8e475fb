import { posix } from 'node:path';

/** `/data//etcd/` as `/data/etcd`: one place on a host has one path. */
export function normalPath(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}

/** True for `directory` itself and for every path below it; both are normal. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
