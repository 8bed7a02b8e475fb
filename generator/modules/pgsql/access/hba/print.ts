import { printHbaLine } from '../../../../text/hba-line.ts';
import { commentLine } from '../../../../text/quote.ts';
import type { HbaContext, LiveRole } from './context.ts';
import { groupsInRole, type HbaGroup, hbaGroups } from './groups.ts';
import type { HbaRecord } from './records.ts';

/** The link to the rules of the current role; on-role.sh updates it. */
export const ROLE_LINK = '/run/postgresql/role';

/** The line of a record in the file. */
export function printRecord({ line, raw }: HbaRecord): string {
  return raw ?? printHbaLine(line);
}

/** The rules of a member in that role as lines, each group below its title. */
export function roleLines(context: HbaContext, role: LiveRole): string[] {
  return [...groupsInRole(context, role)].flatMap(printGroup);
}

/**
 * pg_hba.conf with the rules for any role. In the place of rules for one role it includes a file that changes with the
 * role (PostgreSQL 16 and newer). {@link includedLines} gives the content of those files.
 */
export function mainLines(context: HbaContext): string[] {
  let includes = 0;
  return sections(context).flatMap(({ isLive, groups }) => {
    if (!isLive) return groups.flatMap(printGroup);
    includes += 1;
    return [`include_if_exists ${ROLE_LINK}/hba-${includes}.conf`];
  });
}

/** The lines of `hba-1.conf`, `hba-2.conf` … while the member has that role; a file may be empty. */
export function includedLines(context: HbaContext, role: LiveRole): string[][] {
  return sections(context)
    .filter(({ isLive }) => isLive)
    .map(({ groups }) => groups.filter((group) => group.role === role).flatMap(printGroup));
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

function printGroup({ source: { title }, records }: HbaGroup): string[] {
  return [...(title ? [`# ${commentLine(title)}`] : []), ...records.map(printRecord)];
}
