import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { hbaProblem } from '../../../text/hba-problem.ts';
import type { HbaContext } from '../access/hba/context.ts';
import { listsOf } from '../access/hba/groups.ts';
import { printRecord, showRecord } from '../access/hba/print.ts';
import { ruleRecords } from '../access/hba/records.ts';
import type { HbaRule } from '../params/schemas.ts';

const rules = {
  line: rule<{ problem: string }>('pgsql/hba-line', {
    severity: 'error',
    message: ({ problem }) => `this line is not valid in an HBA file: ${problem}`,
    label: () => 'not loaded',
    help: () => 'a line is `host DATABASE USER ADDRESS METHOD`, or `local DATABASE USER METHOD`',
  }),
  made: rule<{ line: string; problem: string }>('pgsql/hba-rule', {
    severity: 'error',
    message: ({ problem }) => `this rule makes a line that the server does not load: ${problem}`,
    label: () => 'set here',
    help: ({ line }) => `the line is: ${line}`,
  }),
  twoKinds: rule<{ keys: readonly string[] }>('pgsql/rule-of-two-kinds', {
    severity: 'error',
    message: ({ keys }) =>
      `this rule has both \`rules\` and \`${keys.join('`, `')}\`: only one of them can have effect`,
    help: () => 'write two rules: one with `rules`, one with `user`, `db`, `addr` and `auth`',
  }),
};

/** Checks that the server can load what the rules of the inventory make: it refuses the whole file for one wrong line. */
export function checkHbaLines(context: HbaContext): Diagnostic[] {
  const { parameters } = context.member.host;
  return listsOf(context).flatMap(([parameter, list]) => {
    if (!parameters.place(parameter)) return [];
    return list.flatMap((one, index) => {
      const place = (path: readonly (string | number)[]) => parameters.place(parameter, [index, ...path]);
      const keys = (['user', 'db', 'addr', 'auth'] as const).filter((key) => one[key] !== undefined);
      if (one.rules && keys.length > 0) return [rules.twoKinds.at(place([]), { keys })];
      return one.rules
        ? one.rules.flatMap((line, step) => {
            const problem = hbaProblem(line, context.target);
            return problem === undefined ? [] : [rules.line.at(place(['rules', step]), { problem })];
          })
        : checkMade(one, context).map((words) => rules.made.at(place([]), words));
    });
  });
}

/** The first wrong line; of pgbouncer's, words that it ignores have checks of their own. */
function checkMade(one: HbaRule, context: HbaContext): { line: string; problem: string }[] {
  if (context.target === 'pgbouncer') return [];
  for (const record of ruleRecords(one, context)) {
    const line = printRecord(record);
    const problem = hbaProblem(line, context.target);
    if (problem !== undefined) return [{ line: showRecord(record), problem }];
  }
  return [];
}
