import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { clusters } from '../members.ts';
import { hasRestTls, isRestDeclared, pgsqlRecord, recordedRest } from '../record.ts';

const rules = {
  badRecord: rule<{ file: string }>('pgsql/bad-record', {
    severity: 'error',
    message: ({ file }) => `${file} is not a record of what clusters declare`,
    help: () =>
      'restore it from your backup or from version control: with lower numbers, hosts take the inventory for an older one',
  }),
  restInTheClear: rule<{ clusters: string }>('pgsql/rest-in-the-clear', {
    severity: 'warning',
    message: ({ clusters: names }) =>
      `Patroni's REST interface stays without TLS, as the last build served it: ${names}`,
    help: () =>
      'plan the change to `patroni_ssl_enabled: true` (docs/high-availability.md, "TLS between the members"), or set it to false',
  }),
  restChanges: rule<{ cluster: string; to: string }>('pgsql/rest-changes', {
    severity: 'warning',
    message: ({ cluster, to }) => `Patroni's REST interface of cluster ${cluster} changes to ${to}`,
    label: () => 'set here',
    help: () =>
      'until all hosts have the new bundle, HAProxy finds only the members that serve it as its own host does: apply them together, with `--no-rollback`',
  }),
};

/** The file that an earlier build has left beside the inventory. */
export function checkRecord(site: Site): Diagnostic[] {
  return pgsqlRecord.last(site) === 'invalid'
    ? [rules.badRecord.at(undefined, { file: pgsqlRecord.nameOf(site) })]
    : [];
}

/** What becomes of Patroni's REST interface in clusters that an earlier build knows. */
export function checkRest(site: Site): Diagnostic[] {
  const known = clusters(site).flatMap(([first]) => {
    const before = first && recordedRest(first.cluster, site);
    return first && before ? [{ first, before, now: hasRestTls(first, site) ? 'https' : 'http' }] : [];
  });
  const changed = known.filter(({ before, now }) => before !== now);
  const kept = known.filter(({ first, now }) => now === 'http' && !isRestDeclared(first));
  return [
    ...changed.map(({ first: { cluster, host }, now }) => {
      const place = host.parameters.place('patroni_ssl_enabled');
      return rules.restChanges.at(place, { cluster, to: now === 'https' ? 'TLS' : 'plain HTTP' });
    }),
    ...(kept.length > 0
      ? [rules.restInTheClear.at(undefined, { clusters: listed(kept.map(({ first }) => first.cluster)) })]
      : []),
  ];
}

function listed(names: readonly string[]): string {
  return names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
}
