import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Value } from '../../model/inventory.ts';
import type { Path } from '../../model/origin.ts';
import { NOBODY } from './alertmanager.ts';
import type { InfraHost } from './hosts.ts';

const rules = {
  nobody: rule<Record<string, never>>('infra/no-receivers', {
    severity: 'notice',
    message: () => 'alerts are shown on the portal and delivered to nobody: no `alertmanager_receivers`',
    help: () =>
      'declare who receives them, as `alertmanager_receivers: [{ name: ops, webhook_configs: [{ url: … }] }]`',
  }),
  twice: rule<{ name: string }>('infra/receiver-twice', {
    severity: 'error',
    message: ({ name }) => `two receivers have the name \`${name}\``,
    label: () => 'duplicate',
  }),
  unknown: rule<{ name: string; known: string }>('infra/unknown-receiver', {
    severity: 'error',
    message: ({ name }) => `\`alertmanager_route\` names the receiver \`${name}\`, which is not declared`,
    label: () => 'named here',
    help: ({ known }) => `\`alertmanager_receivers\` has: ${known}`,
  }),
};

/** Who receives alerts. amtool judges the rest (test/oracle/centre.test.ts). */
export function checkReceivers(hosts: readonly InfraHost[]): Diagnostic[] {
  const self = hosts.find(({ settings }) => settings.alertmanager_enabled);
  if (!self) return [];
  const names = self.settings.alertmanager_receivers.map(({ name }) => name);
  if (names.length === 0) return [rules.nobody.at(undefined, {}), ...checkRoutes(self, [NOBODY])];
  const twice = names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    const place = self.host.parameters.place('alertmanager_receivers', [index, 'name']);
    return [rules.twice.at(place, { name })];
  });
  return [...twice, ...checkRoutes(self, names)];
}

function checkRoutes({ host, settings }: InfraHost, names: readonly string[]): Diagnostic[] {
  return [...receiversIn(settings.alertmanager_route, [])].flatMap(({ name, path }) => {
    if (names.includes(name)) return [];
    const place = host.parameters.place('alertmanager_route', path);
    return [rules.unknown.at(place, { name, known: [...new Set(names)].join(', ') })];
  });
}

/** The receivers of a route, and of the routes inside it. */
function* receiversIn(route: Value, path: Path): Generator<{ name: string; path: Path }> {
  if (typeof route !== 'object' || route === null || Array.isArray(route)) return;
  for (const [key, value] of Object.entries(route)) {
    if (key === 'receiver' && typeof value === 'string') yield { name: value, path: [...path, key] };
    if (key !== 'routes' || !Array.isArray(value)) continue;
    for (const [index, inner] of value.entries()) yield* receiversIn(inner, [...path, key, index]);
  }
}
