import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Site } from '../../model/site.ts';

const rules = {
  oneValue: rule<{ name: string; ip: string; other: string }>('infra/one-value-per-site', {
    severity: 'error',
    message: ({ name, ip, other }) => `\`${name}\` differs between hosts ${other} and ${ip}: a site has one`,
    label: () => 'set here',
    help: ({ name }) => `set \`${name}\` once, in the variables of \`all\``,
  }),
};

/** What the certificate authority of the site has: one value for all hosts. */
const SITE_WIDE = ['ca_cn', 'cert_validity'] as const;

export function checkInfra({ hosts }: Site): Diagnostic[] {
  const [first] = hosts;
  if (!first) return [];
  return SITE_WIDE.flatMap((name) => {
    const value = settingsOf(first)[name];
    const other = hosts.find((host) => settingsOf(host)[name] !== value);
    if (!other) return [];
    const place = other.parameters.place(name) ?? first.parameters.place(name);
    return [rules.oneValue.at(place, { name, ip: other.ip, other: first.ip })];
  });
}
