import { isDeepStrictEqual } from 'node:util';
import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Facts } from '../model/facts.ts';
import { isBuilt, type Module } from '../model/module.ts';
import { append } from '../model/multimap.ts';
import type { Place } from '../model/origin.ts';
import { type Parameter, PENDING, WITHOUT_EFFECT } from '../model/parameter.ts';
import type { PortUse } from '../model/plan.ts';
import { hostsText, type Site, type SiteHost } from '../model/site.ts';
import { nearestName } from '../text/nearest.ts';
import { siteSecrets } from './secrets.ts';

const rules = {
  portClash: rule<{ port: number; hosts: string; unit: string; other: string }>('node/port-clash', {
    severity: 'error',
    message: ({ port, hosts, unit, other }) =>
      `port conflict on ${hosts}: ${other} and ${unit} both use port ${port}`,
    label: () => 'set here',
    help: () => 'set a different port for one of them',
  }),
  privilegedPort: rule<{ port: number; hosts: string; unit: string }>('node/port-privileged', {
    severity: 'error',
    message: ({ port, hosts, unit }) =>
      `${unit} on ${hosts} cannot listen on port ${port}: it has no right to ports below 1024`,
    label: () => 'set here',
    help: () =>
      'use a port of 1024 or more; HAProxy may listen on lower ones (`haproxy_services`, `pg_services`)',
  }),
  published: rule<{ names: readonly string[] }>('site/published-password', {
    severity: 'warning',
    message: ({ names: [first, ...others] }) =>
      others.length === 0
        ? `password \`${first}\` is publicly known`
        : `${others.length + 1} passwords are publicly known: \`${[first, ...others].join('`, `')}\``,
    label: () => 'set here',
    help: () => 'set your own passwords; `pigsty init` creates an inventory with new ones',
  }),
  notBuilt: rule<{ module: string; group: string }>('module/not-built', {
    severity: 'notice',
    message: ({ module, group }) => `module ${module} (group \`${group}\`) is checked but not built yet`,
  }),
  instanceTwice: rule<{ instance: string; module: string; ip: string; other: string; otherIp: string }>(
    'site/instance-twice',
    {
      severity: 'error',
      message: ({ instance, module, ip, other, otherIp }) =>
        `${instance} is an instance of ${other} on host ${otherIp} and of ${module} on host ${ip}`,
      label: () => 'in this cluster',
      help: () => 'give one of the clusters another name: certificates have the names of instances',
    },
  ),
  unknownRecipe: rule<{ name: string; suggestion: string | undefined; known: string }>(
    'image/unknown-recipe',
    {
      severity: 'error',
      message: ({ name }) => `\`image_platforms\`: image \`${name}\` not found`,
      label: () => 'named here',
      help: ({ suggestion, known }) =>
        suggestion === undefined ? `available images: ${known}` : `did you mean \`${suggestion}\`?`,
    },
  ),
  pending: rule<{ names: readonly string[] }>('parameter/pending', {
    severity: 'notice',
    message: ({ names }) => `checked, but without effect yet: \`${names.join('`, `')}\``,
  }),
  withoutEffect: rule<{ names: readonly string[] }>('parameter/without-effect', {
    severity: 'notice',
    message: ({ names }) => `set, but without effect: \`${names.join('`, `')}\``,
  }),
};

/** The diagnostics of all modules for the site. */
export function check(site: Site, modules: readonly Module[]): Diagnostic[] {
  return [
    ...modules.flatMap((module) => module.check?.(site) ?? []),
    ...sharedInstances(site, modules),
    ...unknownRecipes(site, modules),
    ...publishedPasswords(site, modules),
    ...unbuiltModules(site, modules),
    ...pendingParameters(site, modules),
    ...idleParameters(site, modules),
  ];
}

/** Instances of two modules with one name. Each module reports those of its own. */
function sharedInstances(site: Site, modules: readonly Module[]): Diagnostic[] {
  const seen = new Map<string, { readonly module: string; readonly ip: string }>();
  return site.hosts.flatMap((host) =>
    modules.flatMap((module) => {
      const instance = module.isOn(host) ? module.instance?.(host, site)?.instance : undefined;
      if (instance === undefined) return [];
      const first = seen.get(instance);
      if (!first) seen.set(instance, { module: module.name, ip: host.ip });
      if (!first || first.module === module.name) return [];
      const words = { instance, module: module.name, ip: host.ip, other: first.module, otherIp: first.ip };
      return [rules.instanceTwice.at(host.locate([], 'key'), words)];
    }),
  );
}

/** Unknown images in `image_platforms`; each place once, also if several hosts have it. */
function unknownRecipes(site: Site, modules: readonly Module[]): Diagnostic[] {
  const known = [...new Set(modules.flatMap(({ recipes = [] }) => recipes))].sort();
  const seen = new Map<string, Diagnostic>();
  for (const { parameters } of site.hosts) {
    for (const name of Object.keys(parameters.values.image_platforms ?? {})) {
      if (known.includes(name)) continue;
      const place = parameters.place('image_platforms', [name], 'key');
      const args = { name, suggestion: nearestName(name, known), known: known.join(', ') };
      seen.set(`${place?.line}:${place?.column}`, rules.unknownRecipe.at(place, args));
    }
  }
  return [...seen.values()];
}

/** Passwords of users in Pigsty's manual and in the blueprints; defaults of parameters are checked too. */
const SAMPLE_PASSWORD = /^DBUser\.[A-Z]\w*$/;

/** One warning for all secrets of the site that are published. */
function publishedPasswords(site: Site, modules: readonly Module[]): Diagnostic[] {
  const defaults = modules.flatMap(({ parameters }) =>
    parameters.rows.flatMap((row) => (row.secret && row.default ? [String(row.default)] : [])),
  );
  const published = new Set(defaults);
  const found = new Map<string, Place | undefined>();
  for (const { host, name, secret } of siteSecrets(site, modules)) {
    const { text, parameter, path } = secret;
    if (found.has(name) || !(published.has(text) || SAMPLE_PASSWORD.test(text))) continue;
    found.set(name, host.parameters.place(parameter, path));
  }
  const names = [...found.keys()].sort();
  const place = names.map((name) => found.get(name)).find((one) => one !== undefined);
  return names.length > 0 ? [rules.published.at(place, { names })] : [];
}

/** One notice for each module that the inventory uses but this version does not build. */
function unbuiltModules(site: Site, modules: readonly Module[]): Diagnostic[] {
  return modules.flatMap((module) => {
    const host = isBuilt(module) ? undefined : site.hosts.find((one) => module.isOn(one));
    return host ? [rules.notBuilt.at(undefined, { module: module.name, group: groupOf(host, module) })] : [];
  });
}

/** The group that gives a host its module: the one named like the module or its cluster, otherwise any. */
function groupOf({ groups, parameters }: SiteHost, { name }: Module): string {
  const own: readonly unknown[] = [name, parameters.values[`${name}_cluster`]];
  return groups.find((group) => own.includes(group)) ?? groups[0] ?? name;
}

/** One notice for all parameters that the inventory sets but that have no effect yet. */
function pendingParameters(site: Site, modules: readonly Module[]): Diagnostic[] {
  const names = setRows(site, modules, (note) => note === PENDING).map(({ name }) => name);
  return names.length > 0 ? [rules.pending.at(undefined, { names })] : [];
}

/** One notice for all parameters that the inventory sets but that nothing reads, with the reasons. */
function idleParameters(site: Site, modules: readonly Module[]): Diagnostic[] {
  const rows = setRows(site, modules, (note) => note.startsWith(WITHOUT_EFFECT));
  if (rows.length === 0) return [];
  const byNote = new Map<string, string[]>();
  for (const { name, note = '' } of rows) append(byNote, note.replace(/^without effect[:,] /, ''), name);
  const notes = [...byNote].map(([note, names]) => ({ message: `\`${names.join('`, `')}\`: ${note}` }));
  return [rules.withoutEffect.at(undefined, { names: rows.map(({ name }) => name) }, notes)];
}

/** The parameters with such a note to which the inventory gives another value than the default. */
function setRows(
  site: Site,
  modules: readonly Module[],
  hasNote: (note: string) => boolean,
): readonly Parameter[] {
  const rows = modules.flatMap(({ parameters }) =>
    parameters.rows.filter(({ note }) => note && hasNote(note)),
  );
  return rows.filter(({ name, default: fallback }) =>
    site.hosts.some(
      ({ parameters }) =>
        parameters.origin(name).scope !== 'default' && !isDeepStrictEqual(parameters.values[name], fallback),
    ),
  );
}

/** Ports that a host cannot have as planned, each cause once. Diagnostics: node/port-clash, node/port-privileged. */
export function checkPorts(site: Site, modules: readonly Module[], facts: Facts): Diagnostic[] {
  const found = site.hosts.flatMap((host) => {
    const own = modules.flatMap((module) =>
      module.isOn(host) ? (module.ports?.(host, site, facts) ?? []) : [],
    );
    return [...portClashes(host, own), ...privilegedPorts(host, own)];
  });
  return oncePerCause(found);
}

/** A problem of one host's ports. */
type PortProblem = { readonly ip: string; readonly use: PortUse; readonly other?: PortUse };

/** The first host of each cause stands for all. */
function oncePerCause(found: readonly PortProblem[]): Diagnostic[] {
  const byCause = new Map<string, PortProblem[]>();
  for (const problem of found) {
    const { ip: _, use, other } = problem;
    append(byCause, JSON.stringify([causeOf(use), other && causeOf(other)]), problem);
  }
  return [...byCause.values()].flatMap((problems) => {
    const [first] = problems;
    return first ? [describePort(first, hostsText(first.ip, problems.length - 1))] : [];
  });
}

function causeOf({ port, unit, parameter, place }: PortUse): unknown {
  return [port, unit, parameter, place];
}

function describePort({ use, other }: PortProblem, hosts: string): Diagnostic {
  const words = { port: use.port, hosts, unit: `${use.unit} (${use.parameter})` };
  if (!other) return rules.privilegedPort.at(use.place, words);
  const name = `${other.unit} (${other.parameter})`;
  const note = { message: name, ...(other.place && { place: other.place }) };
  return rules.portClash.at(use.place ?? other.place, { ...words, other: name }, [note]);
}

function portClashes({ ip }: SiteHost, uses: readonly PortUse[]): PortProblem[] {
  return uses.flatMap((use, index) => {
    const other = uses.slice(0, index).find((one) => one.port === use.port && overlap(one, use));
    return other ? [{ ip, use, other }] : [];
  });
}

/** Ports below 1024 are for root and for units that have the capability. */
function privilegedPorts({ ip }: SiteHost, uses: readonly PortUse[]): PortProblem[] {
  return uses.flatMap((use) => (use.port < 1024 && !use.mayBePrivileged ? [{ ip, use }] : []));
}

function overlap({ addresses: some }: PortUse, { addresses: others }: PortUse): boolean {
  const isEvery = (address: string) => address === '0.0.0.0';
  return some.some(isEvery) || others.some(isEvery) || some.some((address) => others.includes(address));
}
