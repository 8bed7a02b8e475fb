import { distributionOf, distributions } from '../../../distributions/index.ts';
import { LruMap } from '../../../model/lru-map.ts';
import type { Place } from '../../../model/origin.ts';
import type { ImageUse } from '../../../model/plan.ts';
import { nearestName } from '../../../text/nearest.ts';
import { templateOf } from '../conf-template.ts';
import type { PgsqlMember } from '../members.ts';
import type { PgsqlSettings } from '../settings.ts';
import { CONTRIB, CONTRIB_LIBRARIES, PACKAGES, type PackageRow } from './package-table.ts';

/** What a name comes to on the platform of the images: see package-table.ts. */
export type Meaning =
  | { readonly kind: 'package'; readonly name: string; readonly row?: PackageRow }
  | { readonly kind: 'included' | 'pending' | 'absent'; readonly row?: PackageRow }
  | { readonly kind: 'unknown'; readonly nearest: string | undefined };

type Asked = ImageUse['packages'][number];
type Version = Pick<PgsqlSettings, 'pg_version' | 'image_platform' | 'image_sources'>;

const ROWS: ReadonlyMap<string, PackageRow> = new Map(
  PACKAGES.flatMap((row) =>
    [...row.names.split(' '), ...debianNames(row)].map((name): [string, PackageRow] => [name, row]),
  ),
);

/** `cron` for `postgresql-%v-cron`, and what releases call it. */
function debianNames({ debian: name }: PackageRow): string[] {
  if (name === undefined) return [];
  const renamed = distributions.flatMap(({ postgres }) => postgres.renamed[name] ?? []);
  return [plain(name.replace(/^postgresql-(?:%v-)?|-%v$/g, '')), ...renamed.map(plain)];
}

function plain(name: string): string {
  return name.replaceAll('-', '_');
}

/**
 * What a word of `pg_packages` or `pg_extensions`, an extension or a library means. A name of Debian's form that the
 * table does not have is taken as it is: the lock knows whether there is such a package. So is one that the platform does
 * not have, where the inventory adds archives.
 */
export function meaningOf(word: string, settings: Version): Meaning {
  const { pg_version, image_platform, image_sources } = settings;
  const key = [word, pg_version, image_platform, image_sources.length > 0].join(' ');
  const known = meanings.get(key);
  if (known) return known;
  const meaning = findMeaning(word, settings);
  meanings.set(key, meaning);
  return meaning;
}

/** Every member asks for the same few words. */
const meanings = new LruMap<string, Meaning>(1000);

function findMeaning(word: string, settings: Version): Meaning {
  const { pg_version: version } = settings;
  const keys = tableNames(word, version);
  const row = keys.map((key) => ROWS.get(key)).find((found) => found !== undefined);
  if (row) {
    const meaning = meaningOfRow(row, settings);
    const isElsewhere = settings.image_sources.length > 0 && /^postgresql-\d+-[a-z0-9+.-]+$/.test(word);
    return meaning.kind === 'absent' && isElsewhere ? { kind: 'package', name: word, row } : meaning;
  }
  if (keys.some((key) => CONTRIB.has(key) || CONTRIB.has(word))) return { kind: 'included' };
  const nearest = nearestName(keys[0], [...ROWS.keys()]);
  const isDebian = /^[a-z0-9][a-z0-9+.-]+$/.test(word) && (word.includes('-') || nearest === undefined);
  return isDebian ? { kind: 'package', name: word } : { kind: 'unknown', nearest };
}

function meaningOfRow(row: PackageRow, settings: Version): Meaning {
  const { family, postgres } = distributionOf(settings.image_platform);
  const name = row[family];
  if (name !== undefined && !postgres.lacks.includes(name)) {
    const carried = postgres.renamed[name] ?? name;
    return { kind: 'package', name: carried.replace('%v', String(settings.pg_version)), row };
  }
  return { kind: row.image ? 'included' : row.isPending ? 'pending' : 'absent', row };
}

/** How the table may call `pg_cron_17*`, `postgresql-17-cron`, `timescaledb-2-postgresql-17*`, `postgresql17-contrib`. */
function tableNames(word: string, version: number): readonly [string, string, string] {
  const name = plain(word.replaceAll('*', ''))
    .replace(new RegExp(`^postgresql_?${version}_`), '')
    .replace(new RegExp(`_*${version}$`), '')
    .replace(/_postgresql$|_+$/, '');
  const short = name.replace(/^postgresql_+/, '');
  return [name, short, short.replace(/_[\d.]+$/, '')];
}

/** A word of one of the two lists of packages. */
export type ListedPackage = {
  readonly parameter: 'pg_packages' | 'pg_extensions';
  readonly written: string;
  readonly meaning: Meaning;
  readonly place: Place | undefined;
};

/**
 * The words of `pg_packages`, and of `pg_extensions` as the inventory sets it: its default names what Debian does not
 * carry, so it asks for nothing.
 */
export function listedPackages(member: PgsqlMember): ListedPackage[] {
  const isDefault = member.host.parameters.origin('pg_extensions').scope === 'default';
  return [...words(member, 'pg_packages'), ...(isDefault ? [] : words(member, 'pg_extensions'))];
}

function words({ settings, host }: PgsqlMember, parameter: ListedPackage['parameter']): ListedPackage[] {
  return settings[parameter].flatMap((text, index) => {
    const place = host.parameters.place(parameter, [index]);
    const all = withVersion(text, settings.pg_version).split(/\s+/);
    return all
      .filter((word) => word !== '')
      .map((written) => ({ parameter, written, meaning: meaningOf(written, settings), place }));
  });
}

/** One of Pigsty's own templates has spaces inside the braces; `$v` is of its later aliases. */
function withVersion(text: string, version: number): string {
  return text.replaceAll(/\$\{\s*pg_version\s*\}|\$v\b/g, String(version));
}

/**
 * The packages of a member's image beyond its recipe: those of `pg_packages` and `pg_extensions`, of `pg_libs`, of the
 * extensions that its databases declare, and what its template needs; each with the parameter that asked, sorted by name.
 */
export function imagePackages(member: PgsqlMember): readonly Asked[] {
  const listed = listedPackages(member).flatMap(({ meaning, parameter, place }) =>
    asked(meaning, parameter, place),
  );
  const all = [...listed, ...forTemplate(member), ...forLibraries(member), ...forDatabases(member)];
  const packages = new Map(all.map((one) => [one.name, one]));
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Long analytic queries gain from compiled expressions; short ones lose, and do without the compiler. */
function forTemplate({ settings, host }: PgsqlMember): Asked[] {
  if (templateOf(settings) !== 'olap') return [];
  return asked(meaningOf('llvmjit', settings), 'pg_conf', host.parameters.place('pg_conf'));
}

function forLibraries(member: PgsqlMember): Asked[] {
  const { settings, host } = member;
  return loadedLibraries(member).flatMap((library) => {
    const meaning = meaningOf(library, settings);
    return 'row' in meaning ? asked(meaning, 'pg_libs', host.parameters.place('pg_libs')) : [];
  });
}

function forDatabases({ settings, host }: PgsqlMember): Asked[] {
  return settings.pg_databases.flatMap((database, index) =>
    (database.extensions ?? []).flatMap((extension, position) => {
      const meaning = meaningOf(extension.name, settings);
      const place = host.parameters.place('pg_databases', [index, 'extensions', position]);
      return 'row' in meaning ? asked(meaning, `pg_databases.${database.name}.extensions`, place) : [];
    }),
  );
}

function asked(meaning: Meaning, askedBy: string, place: Place | undefined): Asked[] {
  return meaning.kind === 'package' ? [{ name: meaning.name, askedBy, ...(place && { place }) }] : [];
}

/** The libraries of `pg_libs`, in its order. */
export function libraries({ pg_libs: text }: Pick<PgsqlSettings, 'pg_libs'>): string[] {
  return text
    .split(',')
    .map((library) => library.trim())
    .filter((library) => library !== '');
}

/** Those that the image has: PostgreSQL does not start without a library that it is told to load. */
export function loadedLibraries(member: PgsqlMember): string[] {
  return libraries(member.settings).filter((library) => isBrought(library, member));
}

/** True when the image will hold the extension or library, as far as its name and those of packages tell. */
export function isBrought(name: string, member: PgsqlMember): boolean {
  if (CONTRIB.has(name) || CONTRIB_LIBRARIES.has(name)) return true;
  const { settings } = member;
  const meaning = meaningOf(name, settings);
  if (meaning.kind === 'absent' && settings.image_sources.length > 0)
    return isFromElsewhere(meaning.row, member);
  if ('row' in meaning) return meaning.kind === 'package' || meaning.kind === 'included';
  const listed = [...settings.pg_packages, ...settings.pg_extensions].map(plain);
  return listed.some((text) => text.includes(plain(name)));
}

/** Where an archive of the inventory is to have what the platform has not, the lists name its package. */
function isFromElsewhere(row: PackageRow | undefined, member: PgsqlMember): boolean {
  return listedPackages(member).some(
    ({ meaning }) => meaning.kind === 'package' && row !== undefined && meaning.row === row,
  );
}
