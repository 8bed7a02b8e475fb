import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Site } from '../../model/site.ts';

const rules = {
  noInfra: rule<Record<string, never>>('node/no-infra', {
    severity: 'notice',
    message: () =>
      'there is no group `infra`: its names in /etc/hosts, its time and name servers, and rules for its hosts are left out',
  }),
};

/** Defaults point at hosts of the group `infra`; without one, what they point at does not exist. */
export function checkNode(site: Site): Diagnostic[] {
  const hasInfra = site.hosts.some((host) => host.groups.includes('infra'));
  return hasInfra ? [] : [rules.noInfra.at(undefined, {})];
}
