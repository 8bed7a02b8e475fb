import { type Facts, NodeName } from '../model/facts.ts';
import type { Labels, Module } from '../model/module.ts';
import type { FilePlan, LogLabels } from '../model/plan.ts';
import type { Site, SiteHost } from '../model/site.ts';

/*
 * Every service unit of a plan says in the journal what it belongs to. No module does this itself: a new unit has its labels
 * because it is in the plan (docs/decisions/logs.md).
 */

/** JOB of units that every host has, whatever its modules: the agent's. */
const AGENT = 'agent';

/** The files of one module's part of a plan; service units without labels of their own have those of the module on this host. */
export function labelFiles(files: readonly FilePlan[], labels: LogLabels): FilePlan[] {
  return files.map((file) => (isService(file) ? { labels, ...file } : file));
}

function isService({ path }: FilePlan): boolean {
  return path.startsWith('units/') && path.endsWith('.service');
}

/** The labels of a module on a host; `module` is undefined for the parts that every host has. */
export function labelsOf(module: Module | undefined, host: SiteHost, context: Context): LogLabels {
  const { cls, ins } = ownLabels(module, host, context.site) ?? nodeLabels(host, context.facts);
  return { JOB: module?.name ?? AGENT, CLS: cls, INS: ins, IP: host.ip };
}

type Context = { readonly site: Site; readonly facts: Facts };

function ownLabels(module: Module | undefined, host: SiteHost, site: Site): Labels | undefined {
  const labels = module?.labels?.(host, site);
  if (labels) return labels;
  const { instance, cluster } = module?.instance?.(host, site) ?? {};
  return instance === undefined ? undefined : { cls: cluster ?? instance, ins: instance };
}

/** A site without the module node has hosts without names: their address is what there is. */
function nodeLabels(host: SiteHost, facts: Facts): Labels {
  const node = facts.of(NodeName, host.ip)[0];
  return { cls: node?.cluster ?? host.ip, ins: node?.name ?? host.ip };
}
