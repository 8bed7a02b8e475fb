import { rule } from '../../../diagnostics/rule.ts';
import { distributionOf, distributions } from '../../../distributions/index.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { settingsOf } from '../../../model/module.ts';
import { append } from '../../../model/multimap.ts';
import type { Site } from '../../../model/site.ts';
import { clusters, type PgsqlMember, pgsqlMembers, placeOf } from '../members.ts';
import { platformsWithVersion, type Release, releaseOf } from '../packages/release.ts';
import { pgsqlRecord, recordedVersion } from '../record.ts';

type Words = { readonly version: number; readonly platform: string; readonly clusters: string };

const rules = {
  unset: rule<Words>('pgsql/version-of-platform', {
    severity: 'notice',
    message: ({ version, platform, clusters }) =>
      `\`pg_version\` is not set: PostgreSQL ${version}, the version that ${platform} has, is used for ${clusters}`,
  }),
  elsewhere: rule<Words & { readonly usual: string }>('pgsql/version-from-platform', {
    severity: 'notice',
    message: ({ version, platform, clusters, usual }) =>
      `the image of PostgreSQL ${version} for ${clusters} is built from ${platform}, because ${usual} has version ${majorsOf(usual)}`,
  }),
  nowhere: rule<Words>('pgsql/version-not-carried', {
    severity: 'error',
    message: ({ version, platform, clusters }) =>
      `${platform} has PostgreSQL ${majorsOf(platform)}, not ${version} (${clusters})`,
    label: () => 'set here',
    help: ({ version, platform }) => {
      const [other] = platformsWithVersion(version);
      const image =
        other === undefined
          ? ''
          : `build the image from ${other}: \`image_platforms: { postgres: ${other} }\`; or `;
      const carried = distributions.map(({ name }) => `${majorsOf(name)} (${name})`).join(' or ');
      return `${image}set \`pg_version\` to ${carried}; or add an archive for ${platform} that has PostgreSQL ${version}, such as PGDG, to \`image_sources\``;
    },
  }),
  changed: rule<{ cluster: string; version: number; last: number; file: string }>('pgsql/version-changed', {
    severity: 'error',
    message: ({ cluster, version, last }) =>
      `cluster ${cluster} had PostgreSQL ${last} in the last build: ${version} cannot read its data, and builds do not upgrade it`,
    label: () => 'set here',
    help: ({ cluster, version, last, file }) =>
      `set \`pg_version: ${last}\`; declare a new cluster with ${version} and move the data there by pg_dump or logical replication; or, if ${cluster} was never applied, remove its entry from ${file}`,
  }),
};

function majorsOf(platform: string): string {
  return distributionOf(platform).postgres.majors.join(', ');
}

/** Where each cluster's PostgreSQL comes from, unless the platform carries the version that is set. */
export function checkReleases(site: Site): Diagnostic[] {
  const groups = new Map<string, { readonly release: Release; readonly member: PgsqlMember }[]>();
  for (const member of pgsqlMembers(site)) {
    const release = releaseOf(member.host);
    const { line = 0, column = 0 } = release.basis === 'nowhere' ? placeOf(member, 'pg_version') : {};
    append(groups, [...Object.values(release), line, column].join(' '), { release, member });
  }
  const found = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? finding(first, [...new Set(group.map(({ member }) => member.cluster))].join(', ')) : [];
  });
  return [...found, ...changedVersions(site)];
}

function changedVersions(site: Site): Diagnostic[] {
  return clusters(site).flatMap(([member]) => {
    if (!member) return [];
    const { cluster, host } = member;
    const [{ version }, last] = [releaseOf(host), recordedVersion(cluster, site)];
    if (last === undefined || last === version) return [];
    const words = { cluster, version, last, file: pgsqlRecord.nameOf(site) };
    return [rules.changed.at(placeOf(member, 'pg_version'), words)];
  });
}

function finding(
  { release, member }: { readonly release: Release; readonly member: PgsqlMember },
  clusters: string,
): Diagnostic[] {
  const { basis, ...where } = release;
  const words = { ...where, clusters };
  const place = placeOf(member, 'pg_version');
  switch (basis) {
    case 'set':
      return [];
    case 'unset':
      return [rules.unset.at(undefined, words)];
    case 'elsewhere': {
      const { image_platform: usual } = settingsOf(member.host);
      return [rules.elsewhere.at(undefined, { ...words, usual })];
    }
    case 'nowhere':
      return [rules.nowhere.at(place, words)];
  }
}
