import type { Module } from '../model/module.ts';
import type { Secrets } from '../model/secret.ts';
import type { SiteHost } from '../model/site.ts';

/** The secrets of one host, of all its modules. */
export function hostSecrets(host: SiteHost, modules: readonly Module[]): Secrets {
  return new Map(modules.flatMap((module) => [...module.secrets(host)]));
}
