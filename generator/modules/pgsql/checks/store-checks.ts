import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { clusters, placeOf } from '../members.ts';
import { storePrefix } from '../topology/citus.ts';

const rules = {
  nested: rule<{ cluster: string; prefix: string; other: string; outer: string }>('pgsql/nested-keys', {
    severity: 'error',
    message: ({ cluster, prefix, other, outer }) =>
      `the keys of ${cluster} in etcd, \`${prefix}\`, are among those of ${other}, \`${outer}\``,
    label: () => 'set here',
    help: ({ other }) => `${other} could write them: choose another \`pg_namespace\``,
  }),
};

/** The keys of this product (units/etcd). */
const OWN = { name: 'etcd itself', prefix: '/pigsty/' };

/** A cluster's user in etcd may write all keys that begin with its prefix: none of them may be another cluster's. */
export function checkStore(site: Site): Diagnostic[] {
  const known = clusters(site).flatMap(([member]) =>
    member ? [{ member, name: member.cluster, prefix: storePrefix(member) }] : [],
  );
  const byPrefix = new Map([...[...known].reverse(), OWN].map((one) => [one.prefix, one]));
  return known.flatMap(({ member, name, prefix }) => {
    const outer = aboveOf(prefix).flatMap((above) => byPrefix.get(above) ?? [])[0];
    if (!outer) return [];
    const args = { cluster: name, prefix, other: outer.name, outer: outer.prefix };
    return [rules.nested.at(placeOf(member, 'pg_namespace'), args)];
  });
}

/** `/pg/`, `/` for `/pg/test/`: what keys below may begin with. */
function aboveOf(prefix: string): string[] {
  const ends = [...prefix.slice(0, -1).matchAll(/\//g)].map(({ index }) => index + 1);
  return ends.map((end) => prefix.slice(0, end));
}
