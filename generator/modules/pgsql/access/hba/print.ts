import { maskSecrets } from '../../../../diagnostics/mask.ts';
import { coversNetwork, networkWithout } from '../../../../text/address.ts';
import { printHbaLine } from '../../../../text/hba-line.ts';
import { commentLine } from '../../../../text/quote.ts';
import type { HbaContext, LiveRole } from './context.ts';
import { groupsInRole, type HbaGroup, hbaGroups } from './groups.ts';
import type { HbaRecord } from './records.ts';
import { isTrusting, RELAY_NETWORK, type SourceClass, WORLD } from './sources.ts';

/** The link to the rules of the current role; on-role.sh updates it. */
export const ROLE_LINK = '/run/postgresql/role';

/** The line of a record in the file. */
export function printRecord({ line, raw }: HbaRecord): string {
  return raw ?? printHbaLine(line);
}

/** The line for a message, without the secrets of its options. */
export function showRecord(record: HbaRecord): string {
  return maskSecrets(printRecord(record));
}

/** The rules of a member in that role as lines, each group below its title. */
export function roleLines(context: HbaContext, role: LiveRole, classes: readonly SourceClass[]): string[] {
  return [...groupsInRole(context, role)].flatMap((group) => printGroup(group, classes));
}

/**
 * pg_hba.conf with the rules for any role. In the place of rules for one role it includes a file that changes with the
 * role (PostgreSQL 16 and newer). {@link includedLines} gives the content of those files.
 */
export function mainLines(context: HbaContext, classes: readonly SourceClass[]): string[] {
  let includes = 0;
  return sections(context).flatMap(({ isLive, groups }) => {
    if (!isLive) return groups.flatMap((group) => printGroup(group, classes));
    includes += 1;
    return [`include_if_exists ${ROLE_LINK}/hba-${includes}.conf`];
  });
}

/** The lines of `hba-1.conf`, `hba-2.conf` … while the member has that role; a file may be empty. */
export function includedLines(
  context: HbaContext,
  role: LiveRole,
  classes: readonly SourceClass[],
): string[][] {
  return sections(context)
    .filter(({ isLive }) => isLive)
    .map(({ groups }) =>
      groups.filter((group) => group.role === role).flatMap((group) => printGroup(group, classes)),
    );
}

/** Rules next to each other, all for one role or all for any. */
type Section = { readonly isLive: boolean; readonly groups: HbaGroup[] };

function sections(context: HbaContext): readonly Section[] {
  const result: Section[] = [];
  for (const group of hbaGroups(context)) {
    const isLive = group.role !== undefined;
    const last = result.at(-1);
    if (last?.isLive === isLive) last.groups.push(group);
    else result.push({ isLive, groups: [group] });
  }
  return result;
}

/** The records of a rule, also for the addresses that stand for others at the relay. */
function printGroup({ source: { title }, records }: HbaGroup, classes: readonly SourceClass[]): string[] {
  const lines = new Set(records.flatMap((record) => printForAll(record, classes)));
  return [...(title ? [`# ${commentLine(title)}`] : []), ...lines];
}

function printForAll(record: HbaRecord, classes: readonly SourceClass[]): string[] {
  const own = printRecord(record);
  const { line } = record;
  if (line?.address === undefined || classes.length === 0) return [own];
  const method = isTrusting(line.method) ? 'reject' : line.method;
  const print = (address: string) => printHbaLine({ ...line, address });
  const printClass = (one: SourceClass) =>
    printHbaLine({
      ...line,
      ...{ address: `${one.address}/32`, method, options: method === line.method ? line.options : [] },
    });
  const forClasses = classes.filter(({ records }) => records.has(record)).map(printClass);
  const { address } = line;
  if (coversNetwork(address === 'all' ? WORLD : address, RELAY_NETWORK)) {
    if (forClasses.length === classes.length) return method === line.method ? [own] : [...forClasses, own];
    return [...forClasses, ...networkWithout(address, RELAY_NETWORK).map(print)];
  }
  // On the loopback interface, `samenet` is 127.0.0.0/8.
  if (address !== 'samenet') return [own, ...forClasses];
  return [printHbaLine({ ...line, address: RELAY_NETWORK, method: 'reject', options: [] }), own];
}
