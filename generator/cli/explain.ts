import { rule } from '../diagnostics/rule.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';
import type { Value } from '../model/inventory.ts';
import { settingsOf } from '../model/module.ts';
import type { Origin, Place } from '../model/origin.ts';
import type { Parameter } from '../model/parameter.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { nodeName } from '../modules/node/settings.ts';
import { parameterAliases, parameterByName } from '../modules/parameters.ts';
import { nearestName } from '../text/nearest.ts';
import { type CommonOptions, Run } from './run.ts';
import { hide } from './site-printout.ts';

const rules = {
  noHost: rule<{ host: string; nearest: string | undefined; known: string }>('explain/no-host', {
    severity: 'error',
    message: ({ host }) => `host \`${host}\` not found in the inventory`,
    help: ({ nearest, known }) => (nearest === undefined ? `hosts: ${known}` : `did you mean ${nearest}?`),
  }),
  noParameter: rule<{ name: string; nearest: string | undefined }>('explain/no-parameter', {
    severity: 'error',
    message: ({ name }) => (name ? `unknown parameter or setting \`${name}\`` : 'name a parameter'),
    help: ({ nearest }) =>
      nearest === undefined
        ? 'parameters: docs/parameters; files and units by their name: etc/hosts, patroni.service'
        : `did you mean \`${nearest}\`?`,
  }),
};

export type Named = { readonly module: string; readonly row: Parameter };

/** `pigsty explain HOST PARAMETER`: its value, and the places that set it, in order of precedence. */
export async function runExplain(host: string, name: string, flags: CommonOptions): Promise<void> {
  const run = new Run({ ...flags, quiet: true });
  const site = await run.site(undefined, flags);
  const found = run.unwrap(findHost(site, host));
  const parameter = run.unwrap(findParameter(name));
  run.print(
    flags.json ? JSON.stringify(explainJson(found, parameter), null, 2) : explainText(found, parameter),
  );
}

export function findHost(site: Site, name: string): Result<SiteHost> {
  const found = site.hosts.find((host) => name === host.ip || name === nodeName(settingsOf(host), host.ip));
  if (found) return succeed(found);
  const names = site.hosts.map(({ ip }) => ip);
  return {
    ok: false,
    diagnostics: [
      rules.noHost.at(undefined, { host: name, nearest: nearestName(name, names), known: someOf(names) }),
    ],
  };
}

function someOf(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

export function isParameter(name: string): boolean {
  return parameterByName.has(parameterAliases.get(name) ?? name);
}

function findParameter(name: string): Result<Named> {
  const found = parameterByName.get(parameterAliases.get(name) ?? name);
  return found ? succeed(found) : noParameter(name, []);
}

/** `settings` are other names that can be explained. */
export function noParameter(name: string, settings: readonly string[]): Result<never> {
  const nearest = nearestName(name, [...parameterByName.keys(), ...settings]);
  return { ok: false, diagnostics: [rules.noParameter.at(undefined, { name, nearest })] };
}

/** One parameter of one host as text. */
export function explainText({ ip, parameters }: SiteHost, { module, row }: Named): string {
  const value = parameters.values[row.name];
  const chain = parameters.chain(row.name);
  const lines = chain.map((setting, index) => {
    const mark = index === 0 ? '*' : ' ';
    return `${mark} ${scopeOf(setting.origin).padEnd(24)} ${show(row, setting.value)}`;
  });
  const unit = row.unit ? ` (${row.unit})` : '';
  return [
    `${row.name} of ${ip} = ${value === undefined ? 'not set' : show(row, value)}${value === undefined ? '' : unit}`,
    `  ${row.meaning}; module ${module}, ${row.section}`,
    ...(row.note ? [`  ${row.note}`] : []),
    ...lines,
  ].join('\n');
}

function scopeOf(origin: Origin): string {
  if (origin.scope === 'default') return 'default';
  return `${origin.scope === 'all' ? 'all' : `${origin.scope} ${origin.name}`}  ${placeText(origin.locate())}`;
}

export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function show(row: Parameter, value: Value): string {
  return JSON.stringify(hide(row, value));
}

export function explainJson({ ip, parameters }: SiteHost, { module, row }: Named): object {
  const value = parameters.values[row.name];
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'Explanation',
    host: ip,
    parameter: row.name,
    module,
    section: row.section,
    meaning: row.meaning,
    ...(row.unit && { unit: row.unit }),
    ...(row.note && { note: row.note }),
    ...(value !== undefined && { value: hide(row, value) }),
    chain: parameters.chain(row.name).map(({ value: given, origin }) => ({
      scope: origin.scope,
      ...(origin.scope !== 'default' && { name: origin.name, place: origin.locate() }),
      value: hide(row, given),
    })),
  };
}
