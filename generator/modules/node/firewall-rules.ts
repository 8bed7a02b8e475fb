import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site } from '../../model/site.ts';

const rules = {
  zoneOnly: rule<{ name: string; ip: string }>('node/firewall-zone-only', {
    severity: 'warning',
    message: ({ name, ip }) => `\`${name}\` opens nothing on host ${ip}: \`node_firewall_mode\` is plan`,
    label: () => 'set here',
    help: () => 'only `node_firewall_mode: zone` reads it; `plan` opens the ports of the plan',
  }),
};

const ZONE_ONLY = ['node_firewall_intranet', 'node_firewall_public_port'] as const;

/** Each place that no host with mode zone reads once, however many hosts have it. */
export function checkFirewall(site: Site): Diagnostic[] {
  const seen = new Set(settingsWith('zone', site).map(({ key }) => key));
  return settingsWith('plan', site).flatMap(({ key, name, ip, place }) => {
    if (seen.has(key)) return [];
    seen.add(key);
    return [rules.zoneOnly.at(place, { name, ip })];
  });
}

function settingsWith(mode: 'plan' | 'zone', { hosts }: Site) {
  const having = hosts.filter((host) => settingsOf(host).node_firewall_mode === mode);
  return having.flatMap(({ ip, parameters }) =>
    ZONE_ONLY.flatMap((name) => {
      const place = parameters.place(name);
      return place ? [{ name, ip, place, key: JSON.stringify([name, place]) }] : [];
    }),
  );
}
