import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { ownValue } from '../../../model/own-value.ts';
import { isSynchronous } from '../ha/recovery.ts';
import { type PgsqlMember, placeOf } from '../members.ts';
import { declaredInStore, OF_STORE, OWNED, textOf } from '../server/declared-settings.ts';
import { isOff } from '../server/settings.ts';
import { checkSetting } from './setting-verdict.ts';

const rules = {
  owned: rule<{ name: string; instead: string }>('pgsql/setting-not-yours', {
    severity: 'error',
    message: ({ name }) => `\`${name}\` cannot be set in \`pg_parameters\``,
    help: ({ instead }) => (instead.startsWith('`') ? `use ${instead}` : instead),
  }),
  risk: rule<{ name: string; value: string; risk: string }>('pgsql/setting-risk', {
    severity: 'warning',
    message: ({ name, value, risk }) => `\`${name}: ${value}\`: ${risk}`,
    label: () => 'set here',
    help: () => 'remove it, unless the data can be lost',
  }),
  notSynchronous: rule<{ value: string; by: string }>('pgsql/setting-not-synchronous', {
    severity: 'warning',
    message: ({ value, by }) =>
      `\`synchronous_commit: ${value}\` against \`${by}\`: a failover can lose commits that clients were told of`,
    label: () => 'set here',
    help: () => 'remove it; sessions that may lose commits can set it for themselves',
  }),
  differs: rule<{ name: string; cluster: string; instance: string }>('pgsql/setting-of-cluster', {
    severity: 'error',
    message: ({ name, cluster, instance }) =>
      `\`${name}\` must be the same on all members of ${cluster}: ${instance} differs`,
    help: () => 'the cluster has one value for it: set it in the vars of the cluster',
  }),
};

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
    const wrong = checkSetting({ name, value: textOf(value), major }, place);
    return wrong.length > 0 ? wrong : checkRisk(name, textOf(value), member);
  });
}

const RISKS: Readonly<
  Record<string, { readonly isRisky: (value: string) => boolean; readonly risk: string }>
> = {
  fsync: {
    isRisky: isOff,
    risk: 'after a power cut or a crash of the system, the data can be beyond repair',
  },
  full_page_writes: {
    isRisky: isOff,
    risk: 'after a power cut or a crash of the system, pages can be half written',
  },
  autovacuum: { isRisky: isOff, risk: 'tables grow without end, and old transactions stop the server' },
  zero_damaged_pages: {
    isRisky: (value) => !isOff(value),
    risk: 'damaged pages are emptied without a question',
  },
  ignore_checksum_failure: {
    isRisky: (value) => !isOff(value),
    risk: 'damaged data is read, copied and saved',
  },
};

/** Values that PostgreSQL takes and that lose data. */
function checkRisk(name: string, value: string, member: PgsqlMember): Diagnostic[] {
  const place = member.host.parameters.place('pg_parameters', [name]) ?? placeOf(member, 'pg_parameters');
  const known = ownValue(RISKS, name.toLowerCase());
  if (known?.isRisky(value)) return [rules.risk.at(place, { name, value, risk: known.risk })];
  const isAsynchronous = name.toLowerCase() === 'synchronous_commit' && (isOff(value) || value === 'local');
  if (!isAsynchronous || !isSynchronous(member.settings)) return [];
  const { pg_rpo: rpo } = member.settings;
  return [rules.notSynchronous.at(place, { value, by: rpo === 0 ? 'pg_rpo: 0' : 'pg_conf: crit' })];
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
