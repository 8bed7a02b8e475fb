import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { pgsqlRecord } from '../record.ts';

const rules = {
  badRecord: rule<{ file: string }>('pgsql/bad-record', {
    severity: 'error',
    message: ({ file }) => `${file} is not a record of what clusters declare`,
    help: () =>
      'restore it from your backup or from version control: with lower numbers, hosts take the inventory for an older one',
  }),
};

/** The file that an earlier build has left beside the inventory. */
export function checkRecord(site: Site): Diagnostic[] {
  return pgsqlRecord.last(site) === 'invalid'
    ? [rules.badRecord.at(undefined, { file: pgsqlRecord.nameOf(site) })]
    : [];
}
