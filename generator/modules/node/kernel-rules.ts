import { rule } from '../../diagnostics/rule.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { settingsOf } from '../../model/module.ts';
import type { Place } from '../../model/origin.ts';
import type { Site } from '../../model/site.ts';
import { isNumericKernelKey, slipOfKernelKey } from './kernel-keys.ts';

const rules = {
  unknown: rule<{ key: string; nearest: string }>('node/unknown-kernel-setting', {
    severity: 'error',
    message: ({ key }) => `the kernel has no setting \`${key}\`, and would ignore it`,
    label: () => 'set here',
    help: ({ nearest }) => `did you mean \`${nearest}\`?`,
  }),
  value: rule<{ key: string }>('node/kernel-setting-value', {
    severity: 'error',
    message: ({ key }) => `\`${key}\` must be a number: the kernel would refuse the value`,
    label: () => 'set here',
  }),
};

/** One number, or several with blanks or tabs between them. */
const NUMBERS = /^-?(?:0x[0-9a-f]+|\d+)(?:\s+-?\d+)*$/i;

/** `node_sysctl_params`, each place once, however many hosts have it. */
export function checkKernelSettings({ hosts }: Site): Diagnostic[] {
  const seen = new Set<string>();
  return hosts.flatMap((host) =>
    Object.entries(settingsOf(host).node_sysctl_params).flatMap(([name, value]) => {
      const place = host.parameters.place('node_sysctl_params', [name]);
      const at = JSON.stringify([name, place]);
      if (seen.has(at)) return [];
      seen.add(at);
      return problemOf(name, String(value), place);
    }),
  );
}

/** sysctl(8): a name may begin with a dash, and may have slashes for dots. */
function problemOf(name: string, value: string, place: Place | undefined): Diagnostic[] {
  const key = name.replace(/^-/, '').replaceAll('/', '.');
  const nearest = slipOfKernelKey(key);
  if (nearest !== undefined) return [rules.unknown.at(place, { key, nearest })];
  if (!isNumericKernelKey(key) || NUMBERS.test(value.trim())) return [];
  return [rules.value.at(place, { key })];
}
