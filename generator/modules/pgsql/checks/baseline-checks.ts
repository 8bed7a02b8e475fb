import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { SHIPPED_BASELINES } from '../content/baselines.ts';
import type { PgsqlMember } from '../members.ts';

const rules = {
  shipped: rule<{ file: string; database: string }>('pgsql/baseline-not-carried', {
    severity: 'notice',
    message: ({ file, database }) =>
      `\`baseline: ${file}\` of database ${database} is not run: the file comes with Pigsty and is not here`,
    help: ({ file }) => `to have it run once, put it at \`files/${file}\` beside the inventory`,
  }),
  missing: rule<{ file: string; database: string }>('pgsql/baseline-not-found', {
    severity: 'error',
    message: ({ file, database }) => `there is no file \`${file}\`, the baseline of database ${database}`,
    label: () => 'named here',
    help: ({ file }) => `it is looked for at \`files/${file}\` and \`${file}\` beside the inventory`,
  }),
};

/** A baseline that there is no file for. */
export function checkBaselines(member: PgsqlMember, files: Site['files']): Diagnostic[] {
  return member.settings.pg_databases.flatMap(({ name, baseline }, index) => {
    if (baseline === undefined || files.has(baseline)) return [];
    const place = member.host.parameters.place('pg_databases', [index, 'baseline']);
    const missing = SHIPPED_BASELINES.has(baseline) ? rules.shipped : rules.missing;
    return [missing.at(place, { file: baseline, database: name })];
  });
}
