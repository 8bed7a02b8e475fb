import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { PIGSTY_BASELINES } from '../content/baselines.ts';
import type { PgsqlMember } from '../members.ts';
import { eachPresent } from '../present.ts';

const rules = {
  shipped: rule<{ file: string; database: string }>('pgsql/baseline-not-carried', {
    severity: 'notice',
    message: ({ file, database }) =>
      `\`baseline: ${file}\` of database ${database} is ignored: this file is part of Pigsty`,
    help: ({ file }) => `to use it, copy it to \`files/${file}\` beside the inventory`,
  }),
  missing: rule<{ file: string; database: string }>('pgsql/baseline-not-found', {
    severity: 'error',
    message: ({ file, database }) => `baseline file \`${file}\` of database ${database} not found`,
    label: () => 'named here',
    help: ({ file }) => `searched: \`files/${file}\` and \`${file}\` beside the inventory`,
  }),
};

/** A baseline whose file was not found. */
export function checkBaselines(member: PgsqlMember, files: Site['files']): Diagnostic[] {
  return eachPresent(member.settings.pg_databases, ({ name, baseline }, index) => {
    if (baseline === undefined || files.has(baseline)) return [];
    const place = member.host.parameters.place('pg_databases', [index, 'baseline']);
    const missing = PIGSTY_BASELINES.has(baseline) ? rules.shipped : rules.missing;
    return [missing.at(place, { file: baseline, database: name })];
  });
}
