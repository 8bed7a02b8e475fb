import type { Module } from '../model/module.ts';
import { etcd } from './etcd/index.ts';
import { node } from './node/index.ts';
import { pgsql } from './pgsql/index.ts';

/** The modules that are built, in the order in which they add to a host. */
export const modules: readonly Module[] = [node, etcd, pgsql];
