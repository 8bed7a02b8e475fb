import { perSite } from '../../../model/per-site.ts';
import type { ImageNeed, ImageUse } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { type PgsqlMember, pgsqlMembers } from '../members.ts';
import { imagePackages, loadedLibraries, sharePackages } from './packages.ts';

/**
 * The PostgreSQL image of a member: `postgres-17`. Members of one major with the same extensions share it; the first
 * cluster's image has the plain name, others have the name of the first cluster that uses them (`postgres-17-pg-test`).
 */
export function postgresImage(member: PgsqlMember, site: Site): ImageUse {
  const packages = imagePackages(member);
  const version = String(member.settings.pg_version);
  const known = clusterByPackages(site).get(version) ?? new Map<string, string>();
  const [plain] = known.keys();
  const own = names(packages);
  const suffix = own === (plain ?? own) ? '' : `-${known.get(own) ?? member.cluster}`;
  return {
    name: `postgres-${version}${suffix}`,
    recipe: 'postgres',
    platform: member.settings.image_platform,
    arguments: { pg_version: version },
    packages,
    needs: imageNeeds(member),
  };
}

/** Without these files, PostgreSQL does not start, or a database is not created. */
function imageNeeds(member: PgsqlMember): readonly ImageNeed[] {
  const { settings, host } = member;
  const extensions = settings.pg_databases.flatMap(({ extensions = [] }, index) =>
    extensions.map(({ name }, position) => ({
      path: `usr/share/postgresql/${settings.pg_version}/extension/${name}.control`,
      name: `extension \`${name}\``,
      place: host.parameters.place('pg_databases', [index, 'extensions', position]),
    })),
  );
  const libraries = loadedLibraries(member).map((name) => ({
    path: `usr/lib/postgresql/${settings.pg_version}/lib/${name}.so`,
    name: `library \`${name}\``,
    place: host.parameters.place('pg_libs'),
  }));
  return [...extensions, ...libraries].map(({ place, ...need }) => ({ ...need, ...(place && { place }) }));
}

/** Major version -> packages of extensions -> the first cluster that has them, in the order of clusters. */
const clusterByPackages = perSite((site) => {
  const found = new Map<string, Map<string, string>>();
  for (const [index, member] of pgsqlMembers(site).entries()) {
    const previous = pgsqlMembers(site)[index - 1];
    if (previous && sharePackages(previous, member)) continue;
    const version = String(member.settings.pg_version);
    const clusters = found.get(version) ?? new Map<string, string>();
    found.set(version, clusters);
    const own = names(imagePackages(member));
    if (!clusters.has(own)) clusters.set(own, member.cluster);
  }
  return found;
});

function names(packages: ImageUse['packages']): string {
  return packages.map((one) => one.name).join(' ');
}
