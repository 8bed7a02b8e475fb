import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Module } from '../model/module.ts';
import type { HostPlan, PortUse, SitePlan } from '../model/plan.ts';
import type { Site } from '../model/site.ts';

const rules = {
  portClash: rule<{ port: number; ip: string; unit: string; other: string }>('node/port-clash', {
    severity: 'error',
    message: ({ port, ip, unit, other }) => `port ${port} on host ${ip} is wanted by ${other} and by ${unit}`,
    label: () => 'set here',
    help: () => 'give one of them another port',
  }),
  notBuilt: rule<{ module: string; group: string }>('module/not-built', {
    severity: 'notice',
    message: ({ module, group }) => `module ${module} (group \`${group}\`) is checked, not yet built`,
  }),
};

/** What modules say of the whole site. */
export function check(site: Site, modules: readonly Module[]): Diagnostic[] {
  return [...modules.flatMap((module) => module.check(site)), ...unbuiltModules(site)];
}

/** One notice for each module that the inventory uses and this version does not build. */
function unbuiltModules(site: Site): Diagnostic[] {
  const uses: [string, (host: Site['hosts'][number]) => boolean][] = [
    ['infra', (host) => host.groups.includes('infra')],
    ['minio', (host) => host.groups.includes('minio')],
    ['redis', (host) => host.parameters.values.redis_cluster !== undefined],
    ['docker', (host) => host.parameters.values.docker_enabled === true],
  ];
  return uses.flatMap(([module, isUsed]) => {
    const host = site.hosts.find(isUsed);
    if (!host) return [];
    const own = [module, host.parameters.values.redis_cluster];
    const group = host.groups.find((name) => own.includes(name)) ?? host.groups[0] ?? module;
    return [rules.notBuilt.at(undefined, { module, group })];
  });
}

/** Two units that want one port of a host; found on the plan, where every port is known. */
export function checkPlan(plan: SitePlan): Diagnostic[] {
  return plan.hosts.flatMap(portClashes);
}

function portClashes(host: HostPlan): Diagnostic[] {
  const seen = new Map<number, PortUse>();
  return host.ports.flatMap((use) => {
    const other = seen.get(use.port);
    seen.set(use.port, other ?? use);
    if (!other || !overlap(use.address, other.address)) return [];
    const note = {
      message: `${other.unit} (${other.parameter})`,
      ...(other.place && { place: other.place }),
    };
    const args = {
      port: use.port,
      ip: host.ip,
      unit: `${use.unit} (${use.parameter})`,
      other: `${other.unit} (${other.parameter})`,
    };
    return [rules.portClash.at(use.place ?? other.place, args, [note])];
  });
}

function overlap(a: string, b: string): boolean {
  return a === b || a === '0.0.0.0' || b === '0.0.0.0';
}
