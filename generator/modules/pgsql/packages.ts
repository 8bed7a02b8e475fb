import type { ImageUse } from '../../model/plan.ts';
import type { PgsqlMember } from './members.ts';

/**
 * Extension (as in CREATE EXTENSION, or as Pigsty names its package) -> package of Debian 13, `%v` for the major.
 * Contrib extensions come with the server and are not listed.
 */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  vector: 'postgresql-%v-pgvector',
  pgvector: 'postgresql-%v-pgvector',
  postgis: 'postgresql-%v-postgis-3',
  postgis_topology: 'postgresql-%v-postgis-3',
  postgis_raster: 'postgresql-%v-postgis-3',
  pg_repack: 'postgresql-%v-repack',
  pg_cron: 'postgresql-%v-cron',
  pgaudit: 'postgresql-%v-pgaudit',
  pg_partman: 'postgresql-%v-partman',
  hypopg: 'postgresql-%v-hypopg',
  hll: 'postgresql-%v-hll',
  ip4r: 'postgresql-%v-ip4r',
  orafce: 'postgresql-%v-orafce',
  rum: 'postgresql-%v-rum',
  semver: 'postgresql-%v-semver',
  pgtap: 'postgresql-%v-pgtap',
  prefix: 'postgresql-%v-prefix',
  pg_similarity: 'postgresql-%v-similarity',
  unit: 'postgresql-%v-unit',
};

/** The packages of the extensions that databases of this cluster declare, each with the parameter that asked. */
export function extensionPackages({ settings, host }: PgsqlMember): ImageUse['packages'] {
  const packages = new Map<string, ImageUse['packages'][number]>();
  for (const [index, database] of settings.pg_databases.entries()) {
    for (const [position, extension] of (database.extensions ?? []).entries()) {
      const known = DEBIAN_PACKAGES[typeof extension === 'string' ? extension : extension.name];
      if (known === undefined) continue;
      const name = known.replace('%v', String(settings.pg_version));
      const place = host.parameters.place('pg_databases', [index, 'extensions', position]);
      packages.set(name, {
        name,
        askedBy: `pg_databases.${database.name}.extensions`,
        ...(place && { place }),
      });
    }
  }
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
