import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { nearestName } from '../../../text/nearest.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { declaredInStore, OF_STORE, OWNED, textOf } from '../server/declared-settings.ts';
import { type Setting, settingProblem, settingsOf } from '../server/settings.ts';

const rules = {
  unknown: rule<{ name: string; major: number; nearest: string | undefined }>('pgsql/unknown-setting', {
    severity: 'error',
    message: ({ name, major }) => `PostgreSQL ${major} has no parameter \`${name}\``,
    help: ({ nearest }) =>
      nearest
        ? `did you mean \`${nearest}\`?`
        : 'parameters of extensions have a dot: `auto_explain.log_min_duration`',
  }),
  value: rule<{ name: string; problem: string }>('pgsql/setting-value', {
    severity: 'error',
    message: ({ name, problem }) => `\`${name}\` must be ${problem}`,
  }),
  owned: rule<{ name: string; instead: string }>('pgsql/setting-not-yours', {
    severity: 'error',
    message: ({ name }) => `\`${name}\` cannot be set in \`pg_parameters\``,
    help: ({ instead }) => (instead.startsWith('`') ? `use ${instead}` : instead),
  }),
  differs: rule<{ name: string; cluster: string; instance: string }>('pgsql/setting-of-cluster', {
    severity: 'error',
    message: ({ name, cluster, instance }) =>
      `\`${name}\` must be the same on all members of ${cluster}: ${instance} differs`,
    help: () => 'the cluster has one value for it: set it in the vars of the cluster',
  }),
};

const NAME = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/;

/** Checks `pg_parameters`, each distinct value once. */
export function checkSettings(members: readonly PgsqlMember[]): Diagnostic[] {
  const distinct = members.filter(
    ({ settings }, index) =>
      members.findIndex((other) => other.settings.pg_parameters === settings.pg_parameters) === index,
  );
  return [...distinct.flatMap(checkMember), ...checkStore(members)];
}

function checkMember(member: PgsqlMember): Diagnostic[] {
  const { pg_parameters: declared, pg_version: major } = member.settings;
  return Object.entries(declared).flatMap(([name, value]) => {
    const place = member.host.parameters.place('pg_parameters', [name]) ?? placeOf(member, 'pg_parameters');
    const instead = OWNED.get(name.toLowerCase());
    if (instead !== undefined) return [rules.owned.at(place, { name, instead })];
    const known = settingsOf(major);
    // Extensions register theirs when they are loaded.
    if (NAME.test(name) && (!known || name.includes('.'))) return [];
    const setting = known?.get(name.toLowerCase());
    if (!setting) {
      const nearest = nearestName(name, [...(known?.keys() ?? [])]);
      return [rules.unknown.at(place, { name, major, nearest })];
    }
    const problem = problemOf(setting, textOf(value));
    return problem ? [rules.value.at(place, { name, problem })] : [];
  });
}

function problemOf(setting: Setting, value: string): string | undefined {
  return setting.context === 'internal'
    ? 'left out: it says how PostgreSQL was built'
    : settingProblem(setting, value);
}

/** Patroni has one value of these for the cluster. */
function checkStore(members: readonly PgsqlMember[]): Diagnostic[] {
  const [first, ...others] = members;
  if (!first) return [];
  const stored = new Map(members.map((member) => [member, declaredInStore(member.settings)]));
  return OF_STORE.flatMap((name) => {
    const valueFor = (member: PgsqlMember) => stored.get(member)?.[name];
    const other = others.find((member) => valueFor(member) !== valueFor(first));
    if (!other) return [];
    const [setter, peer] = valueFor(other) === undefined ? [first, other] : [other, first];
    const place = setter.host.parameters.place('pg_parameters', [name]) ?? placeOf(setter, 'pg_parameters');
    return [rules.differs.at(place, { name, cluster: first.cluster, instance: peer.instance })];
  });
}
