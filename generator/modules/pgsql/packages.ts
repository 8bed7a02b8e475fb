import type { Place } from '../../model/origin.ts';
import type { ImageUse } from '../../model/plan.ts';
import type { PgsqlMember } from './members.ts';
import { templateOf } from './tuning.ts';

/**
 * Extension (as in CREATE EXTENSION, or as Pigsty names its package) -> package of Debian 13, `%v` for the major.
 * Contrib extensions come with the server and are not listed. `llvmjit` is called so by Pigsty's packages for EL.
 */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  vector: 'postgresql-%v-pgvector',
  pgvector: 'postgresql-%v-pgvector',
  postgis: 'postgresql-%v-postgis-3',
  postgis3: 'postgresql-%v-postgis-3',
  postgis33: 'postgresql-%v-postgis-3',
  postgis34: 'postgresql-%v-postgis-3',
  postgis_topology: 'postgresql-%v-postgis-3',
  postgis_raster: 'postgresql-%v-postgis-3',
  llvmjit: 'libllvm19',
  wal2json: 'postgresql-%v-wal2json',
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
  plperl: 'postgresql-plperl-%v',
  plpython3u: 'postgresql-plpython3-%v',
  pltcl: 'postgresql-pltcl-%v',
  address_standardizer: 'postgresql-%v-postgis-3',
  postgis_tiger_geocoder: 'postgresql-%v-postgis-3',
  pgtap: 'postgresql-%v-pgtap',
  prefix: 'postgresql-%v-prefix',
  pg_similarity: 'postgresql-%v-similarity',
  unit: 'postgresql-%v-unit',
};

/** Extensions of the server's own package: PostgreSQL's contrib modules (manual, appendix F) and its own language. */
const CONTRIB: ReadonlySet<string> = new Set(
  `amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance file_fdw
   fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime pageinspect pg_buffercache
   pg_freespacemap pg_prewarm pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks
   pgstattuple plpgsql postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp
   xml2`.split(/\s+/),
);

type Asked = ImageUse['packages'][number];

/**
 * The packages of the extensions that databases of this cluster declare and of `pg_extensions` where the inventory
 * sets it, and what its template needs, each with the parameter that asked, sorted by name.
 */
export function extensionPackages(member: PgsqlMember): readonly Asked[] {
  const listed = listedExtensions(member).flatMap(({ name, place }) =>
    name === undefined ? [] : [asked(name, 'pg_extensions', place)],
  );
  const packages = new Map(
    [...forTemplate(member), ...listed, ...declaredExtensions(member)].map((one) => [one.name, one]),
  );
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Long analytic queries gain from compiled expressions; short ones lose, and do without the compiler. */
function forTemplate({ settings, host }: PgsqlMember): Asked[] {
  if (templateOf(settings) !== 'olap') return [];
  return [asked('libllvm19', 'pg_conf', host.parameters.place('pg_conf'))];
}

function declaredExtensions({ settings, host }: PgsqlMember): Asked[] {
  return settings.pg_databases.flatMap((database, index) =>
    (database.extensions ?? []).flatMap((extension, position) => {
      const known = DEBIAN_PACKAGES[extension.name];
      if (known === undefined) return [];
      const place = host.parameters.place('pg_databases', [index, 'extensions', position]);
      return [
        asked(
          known.replace('%v', String(settings.pg_version)),
          `pg_databases.${database.name}.extensions`,
          place,
        ),
      ];
    }),
  );
}

/** An extension of a database that no known package brings, and where it stands. */
type UnknownExtension = {
  readonly extension: string;
  readonly database: string;
  readonly place: Place | undefined;
};

/** Extensions of databases that the image will not hold, as far as their names and those of packages tell. */
export function unknownExtensions(member: PgsqlMember): readonly UnknownExtension[] {
  const { settings, host } = member;
  const listed = listedExtensions(member).map(({ written }) => normal(written));
  const isKnown = (name: string) =>
    CONTRIB.has(name) || name in DEBIAN_PACKAGES || listed.some((word) => word.includes(normal(name)));
  return settings.pg_databases.flatMap(({ name: database, extensions }, index) =>
    (extensions ?? []).flatMap(({ name: extension }, position) => {
      if (isKnown(extension)) return [];
      const place = host.parameters.place('pg_databases', [index, 'extensions', position]);
      return [{ extension, database, place }];
    }),
  );
}

function normal(name: string): string {
  return name.replaceAll('_', '-');
}

function asked(name: string, askedBy: string, place: Place | undefined): Asked {
  return { name, askedBy, ...(place && { place }) };
}

/** A word of `pg_extensions`, and its Debian package where it has one. */
export type ListedExtension = {
  readonly written: string;
  readonly name: string | undefined;
  readonly place: Place | undefined;
};

/**
 * The words of `pg_extensions` as the inventory sets it. Its default names what Debian does not carry, so it asks for
 * nothing.
 */
export function listedExtensions({ settings, host }: PgsqlMember): ListedExtension[] {
  if (host.parameters.origin('pg_extensions').scope === 'default') return [];
  return settings.pg_extensions.flatMap((text, index) => {
    const place = host.parameters.place('pg_extensions', [index]);
    const words = withVersion(text, settings.pg_version).split(/\s+/);
    return words
      .filter((word) => word !== '')
      .map((written) => ({ written, name: debianPackage(written, settings.pg_version), place }));
  });
}

/** One of Pigsty's own templates has spaces inside the braces. */
function withVersion(text: string, version: number): string {
  return text.replaceAll(/\$\{\s*pg_version\s*\}/g, String(version));
}

/** `postgresql-17-cron` is meant as it is; names of PGDG's RPMs (`pg_cron_17*`) and those with a glob go by the table. */
function debianPackage(word: string, version: number): string | undefined {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(word) && !(word in DEBIAN_PACKAGES)) return word;
  const bare = word
    .replaceAll('*', '')
    .replace(new RegExp(`^postgresql-${version}-|[_-]${version}$`), '')
    .replaceAll('-', '_');
  return DEBIAN_PACKAGES[bare]?.replace('%v', String(version));
}
