import { printHbaLine } from '../../../../text/hba-line.ts';
import { commentLine } from '../../../../text/quote.ts';
import type { HbaContext, LiveRole } from './context.ts';
import { coversAddress } from './covers.ts';
import { groupsInRole, type HbaGroup, hbaGroups } from './groups.ts';
import type { HbaRecord } from './records.ts';
import { isTrusting, type SourceClass } from './sources.ts';

/** The link to the rules of the current role; on-role.sh updates it. */
export const ROLE_LINK = '/run/postgresql/role';

/** The line of a record in the file. */
export function printRecord({ line, raw }: HbaRecord): string {
  return raw ?? printHbaLine(line);
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
  if (line?.address === undefined) return [own];
  const { address } = line;
  const isFor = ({ records }: SourceClass) => records.some((one) => one.record === record);
  const matched = (one: SourceClass) => address === 'samenet' || coversAddress(address, one.address);
  const print = (one: SourceClass, method: string) =>
    printHbaLine({
      ...line,
      address: `${one.address}/32`,
      method,
      options: method === line.method ? line.options : [],
    });
  const mustNotMatch = (one: SourceClass) => matched(one) && (!isFor(one) || isTrusting(line.method));
  return [
    ...classes.filter(mustNotMatch).map((one) => print(one, 'reject')),
    own,
    ...classes
      .filter((one) => isFor(one) && !matched(one))
      .map((one) => print(one, isTrusting(line.method) ? 'reject' : line.method)),
  ];
}
