import { rule } from '../diagnostics/rule.ts';
import type { PlanLeaf } from '../explain/plan-leaves.ts';
import { leavesOfHost, type TracedLeaf, traceLeaves } from '../explain/plan-origins.ts';
import { leavesOfSetting } from '../explain/settings.ts';
import type { SiteInput } from '../explain/site-inputs.ts';
import { assertNever } from '../model/brand.ts';
import { type Result, succeed } from '../model/diagnostic.ts';
import type { Path, Place } from '../model/origin.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { modules } from '../modules/index.ts';
import { parameterByName } from '../modules/parameters.ts';
import { vocabulary } from '../modules/vocabulary.ts';
import { nearestName } from '../text/nearest.ts';
import { explainJson, explainText, findHost, type Named, placeText } from './explain.ts';
import { type CommonOptions, Run } from './run.ts';

const rules = {
  noItem: rule<{ name: string; host: string; nearest: string | undefined }>('explain/no-path', {
    severity: 'error',
    message: ({ name, host }) => `\`${name}\` not found in the plan of ${host}`,
    help: ({ nearest }) =>
      nearest === undefined
        ? 'name a file or unit of the host: etc/hosts, patroni.service; `pigsty build --emit plan` prints all'
        : `did you mean \`${nearest}\`?`,
  }),
  noLeaf: rule<{ name: string; path: string; nearest: string | undefined }>('explain/no-leaf', {
    severity: 'error',
    message: ({ name, path }) => `\`${path}\` not found in \`${name}\``,
    help: ({ nearest, name }) =>
      nearest === undefined
        ? `\`pigsty explain HOST ${name}\` prints all of it`
        : `did you mean \`${nearest}\`?`,
  }),
};

export const compiler = { modules, rows: vocabulary.rows };

/** `pigsty explain HOST PATH`: the content of a file, unit or other item of a host's plan, and where it comes from. */
export async function runExplainPlan(host: string, path: string, flags: CommonOptions): Promise<void> {
  const run = new Run({ ...flags, quiet: true });
  const { site } = await run.compile(undefined, flags);
  const found = run.unwrap(findHost(site, host));
  const all = leavesOfHost(found, site, compiler);
  const leaves = findLeaves(all, path, found);
  // `auto_explain.log_min_duration` has a dot like `patroni.service`.
  const settings = leaves.ok || path.includes('/') ? [] : leavesOfSetting(all, path);
  const named = settings.length > 0 ? settings : run.unwrap(leaves);
  printLeaves(run, { site, host: found, asked: path, isJson: flags.json === true }, named);
}

type Asked = {
  readonly site: Site;
  readonly host: SiteHost;
  readonly asked: string;
  readonly isJson: boolean;
};

/** Some leaves of a host's plan, with where they come from. */
export function printLeaves(
  run: Run,
  { site, host: found, asked, isJson }: Asked,
  named: readonly PlanLeaf[],
): void {
  const items = new Set(named.map(({ item }) => item));
  const keys = new Set(named.map(({ item, id }) => `${item} ${id}`));
  const traced = traceLeaves(found, site, compiler, (item) => items.has(item));
  const leaves = traced.filter(({ item, id }) => keys.has(`${item} ${id}`));
  run.print(isJson ? JSON.stringify(toJson(found, asked, leaves), null, 2) : planText(found, leaves));
}

/** `etc/hosts`, `/etc/hosts:3`, `patroni.service`, `etc/pgbouncer/pgbouncer.ini#pgbouncer.max_client_conn`. */
export function findLeaves(
  leaves: readonly PlanLeaf[],
  query: string,
  { ip }: SiteHost,
): Result<readonly PlanLeaf[]> {
  const [, name = '', path = ''] = /^\/?(?:etc\/pigsty\/current\/)?([^:#]*)[:#]?(.*)$/.exec(query) ?? [];
  const items = findItems(name, leaves);
  const ofItem = leaves.filter(({ item }) => items.has(item));
  if (ofItem.length === 0) {
    const nearest = nearestName(name, [...new Set(leaves.map(({ item }) => item))]);
    return { ok: false, diagnostics: [rules.noItem.at(undefined, { name, host: ip, nearest })] };
  }
  const matches = ofItem.filter((leaf) => path === '' || isBelow(leaf.path, path));
  if (matches.length > 0) return succeed(matches);
  const nearest = nearestName(
    path,
    ofItem.map((leaf) => leaf.path),
  );
  return { ok: false, diagnostics: [rules.noLeaf.at(undefined, { name, path, nearest })] };
}

/** A unit includes its file; a file can also be named by its link on the host. */
function findItems(name: string, leaves: readonly PlanLeaf[]): ReadonlySet<string> {
  return new Set(
    leaves.flatMap(({ item, path, value }) => {
      if (item === name) return path === 'file' ? [item, String(value)] : [item];
      return path === '@link' && value === `/${name}` ? [item] : [];
    }),
  );
}

function isBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`);
}

/** Each leaf with its origins, then each parameter among the origins. */
export function planText({ ip }: SiteHost, leaves: readonly TracedLeaf[]): string {
  const items = [...new Set(leaves.map(({ item }) => item))];
  const parts = items.map((item) =>
    itemLines(
      ip,
      leaves.filter((leaf) => leaf.item === item),
    ).join('\n'),
  );
  const blocks = parametersOf(leaves).map(({ host, named }) => explainText(host, named));
  return [...parts, ...blocks].join('\n\n');
}

function itemLines(ip: string, leaves: readonly TracedLeaf[]): string[] {
  const [first] = leaves;
  if (!first) return [];
  return [
    `${first.item} of ${ip}, ${first.module === undefined ? 'on every host' : `module ${first.module}`}`,
    ...(first.exists.length > 0 ? ['  exists and is named because of', ...first.exists.map(inputLine)] : []),
    ...leaves.flatMap((leaf) => [
      `${leaf.path} = ${valueText(leaf)}`,
      ...(leaf.from.length > 0 ? leaf.from.map(inputLine) : [`    ${constantOf(leaf)}`]),
    ]),
  ];
}

function constantOf({ module }: TracedLeaf): string {
  return module === undefined ? 'a constant, the same on every host' : `a constant of module ${module}`;
}

function inputLine(input: SiteInput): string {
  const place = placeOf(input);
  return `    ${inputText(input)}  ${place ? placeText(place) : 'default'}`;
}

function inputText(input: SiteInput): string {
  const { ip } = input.host;
  switch (input.kind) {
    case 'parameter':
      return `${input.name}${pathText(input.path)} of ${ip}`;
    case 'address':
      return `address of ${ip}`;
    case 'group':
      return `group ${input.name} of ${ip}`;
    default:
      return assertNever(input);
  }
}

function pathText(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
}

/** Undefined for a default. */
function placeOf(input: SiteInput): Place | undefined {
  const { host } = input;
  return input.kind === 'parameter' ? host.parameters.place(input.name, input.path) : host.locate([], 'key');
}

/** The parameters that leaves come from, once for each host; variables of the user are left out. */
function parametersOf(leaves: readonly TracedLeaf[]): { readonly host: SiteHost; readonly named: Named }[] {
  const found = new Map<string, { readonly host: SiteHost; readonly named: Named }>();
  for (const input of leaves.flatMap(({ exists, from }) => [...exists, ...from])) {
    const named = input.kind === 'parameter' ? parameterByName.get(input.name) : undefined;
    if (named) found.set(`${input.host.ip} ${named.row.name}`, { host: input.host, named });
  }
  return [...found.values()];
}

/** Modes in the form of chmod. */
function valueText({ path, value }: TracedLeaf): string {
  const isMode = typeof value === 'number' && /^@?mode$/.test(path);
  return isMode ? `0${value.toString(8)}` : JSON.stringify(value);
}

function toJson({ ip }: SiteHost, path: string, leaves: readonly TracedLeaf[]): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'PlanExplanation',
    host: ip,
    path,
    leaves: leaves.map(({ item, path: at, value, module, exists, from }) => ({
      item,
      path: at,
      value,
      ...(module !== undefined && { module }),
      exists: exists.map(inputJson),
      from: from.map(inputJson),
    })),
    parameters: parametersOf(leaves).map(({ host, named }) => explainJson(host, named)),
  };
}

function inputJson(input: SiteInput): object {
  const place = placeOf(input);
  return { ...input, host: input.host.ip, ...(place && { place }) };
}
