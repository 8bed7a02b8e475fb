import { distributionOf, distributions } from '../../../distributions/index.ts';
import { LruMap } from '../../../model/lru-map.ts';
import type { Place } from '../../../model/origin.ts';
import { ownValue } from '../../../model/own-value.ts';
import type { ImageUse } from '../../../model/plan.ts';
import { nearestName } from '../../../text/nearest.ts';
import { templateOf } from '../conf-template.ts';
import type { PgsqlMember } from '../members.ts';
import { eachPresent } from '../present.ts';
import type { PgsqlSettings } from '../settings.ts';
import { CONTRIB, CONTRIB_LIBRARIES, PACKAGES, type PackageRow } from './package-table.ts';

/** The result of looking up a name for the platform of an image (package-table.ts). */
export type ResolvedName =
  | { readonly kind: 'package'; readonly name: string; readonly row?: PackageRow }
  | { readonly kind: 'included' | 'pending' | 'absent'; readonly row?: PackageRow }
  | { readonly kind: 'unknown'; readonly nearest: string | undefined };

type RequestedPackage = ImageUse['packages'][number];
type Version = Pick<PgsqlSettings, 'pg_version' | 'image_platform' | 'image_sources'>;

const ROWS: ReadonlyMap<string, PackageRow> = new Map(
  PACKAGES.flatMap((row) =>
    [...row.names.split(' '), ...debianNames(row)].map((name): [string, PackageRow] => [name, row]),
  ),
);

/** `cron` for `postgresql-%v-cron`, and its other names in releases. */
function debianNames({ debian: name }: PackageRow): string[] {
  if (name === undefined) return [];
  const renamed = distributions.flatMap(({ postgres }) => ownValue(postgres.renamed, name) ?? []);
  return [plain(name.replace(/^postgresql-(?:%v-)?|-%v$/g, '')), ...renamed.map(plain)];
}

function plain(name: string): string {
  return name.replaceAll('-', '_');
}

/**
 * Looks up a word of `pg_packages` or `pg_extensions`, an extension or a library. A Debian package name that the table
 * does not have is used unchanged: the lock reports a name that does not exist. With archives of the inventory, so is a
 * name that the platform does not have.
 */
export function resolveName(word: string, settings: Version): ResolvedName {
  const { pg_version, image_platform, image_sources } = settings;
  const key = [word, pg_version, image_platform, image_sources.length > 0].join(' ');
  const known = resolvedNames.get(key);
  if (known) return known;
  const resolved = findName(word, settings);
  resolvedNames.set(key, resolved);
  return resolved;
}

/** A cache: all members use the same few words. */
const resolvedNames = new LruMap<string, ResolvedName>(1000);

function findName(word: string, settings: Version): ResolvedName {
  const keys = tableNames(word, settings.pg_version);
  const row = keys.map((key) => ROWS.get(key)).find((found) => found !== undefined);
  if (row) {
    const resolved = resolveRow(row, settings);
    const isElsewhere = settings.image_sources.length > 0 && /^postgresql-\d+-[a-z0-9+.-]+$/.test(word);
    return resolved.kind === 'absent' && isElsewhere ? { kind: 'package', name: word, row } : resolved;
  }
  if (keys.some((key) => CONTRIB.has(key) || CONTRIB.has(word))) return { kind: 'included' };
  const nearest = nearestName(keys[0], [...ROWS.keys()]);
  const isDebian = /^[a-z0-9][a-z0-9+.-]+$/.test(word) && (word.includes('-') || nearest === undefined);
  return isDebian ? { kind: 'package', name: word } : { kind: 'unknown', nearest };
}

function resolveRow(row: PackageRow, settings: Version): ResolvedName {
  const { family, postgres } = distributionOf(settings.image_platform);
  const name = row[family];
  if (name !== undefined && !postgres.lacks.includes(name)) {
    const available = ownValue(postgres.renamed, name) ?? name;
    return { kind: 'package', name: available.replace('%v', String(settings.pg_version)), row };
  }
  return { kind: row.image ? 'included' : row.isPending ? 'pending' : 'absent', row };
}

/** Possible names in the table, without a major version of PostgreSQL, for `pg_cron_17*`, `postgresql-17-cron`, `timescaledb-2-postgresql-17*`, `postgresql17-contrib`. */
function tableNames(word: string, version: number): readonly [string, string, string] {
  const name = plain(word.replaceAll('*', ''))
    .replace(/^pg1\d(?=_|$)/, 'pgsql')
    .replace(/^postgresql_?1\d_/, '')
    .replace(new RegExp(`(?:_*${version}|_+1\\d)$`), '')
    .replace(/_postgresql$|_+$/, '');
  const short = name.replace(/^postgresql_+/, '');
  return [name, short, short.replace(/_[\d.]+$/, '')];
}

/** A word of one of the two lists of packages. */
export type ListedPackage = {
  readonly parameter: 'pg_packages' | 'pg_extensions';
  readonly written: string;
  readonly resolved: ResolvedName;
  readonly place: Place | undefined;
};

/**
 * The words of `pg_packages`, and of `pg_extensions` as the inventory sets it: its default has names that Debian does
 * not have, so it requests nothing.
 */
export function listedPackages(member: PgsqlMember): readonly ListedPackage[] {
  const known = listedByMember.get(member);
  if (known) return known;
  const isDefault = member.host.parameters.origin('pg_extensions').scope === 'default';
  const listed = [...words(member, 'pg_packages'), ...(isDefault ? [] : words(member, 'pg_extensions'))];
  listedByMember.set(member, listed);
  return listed;
}

const listedByMember = new WeakMap<PgsqlMember, readonly ListedPackage[]>();

function words({ settings, host }: PgsqlMember, parameter: ListedPackage['parameter']): ListedPackage[] {
  return settings[parameter].flatMap((text, index) => {
    const place = host.parameters.place(parameter, [index]);
    const all = withVersion(text, settings.pg_version).split(/[\s,]+/);
    return all
      .filter((word) => word !== '')
      .flatMap((word) => withNames(word, settings))
      .map((written) => ({ parameter, written, resolved: resolveName(written, settings), place }));
  });
}

/** `postgresql-pl*-17` is every package whose name it matches. A name that stands for one package only stays as it is. */
function withNames(word: string, settings: Version): readonly string[] {
  if (!/^[^*]*(?:\*[^*]*){1,4}$/.test(word) || findName(word, settings).kind !== 'unknown') return [word];
  const { family } = distributionOf(settings.image_platform);
  const general = word.replace(/(?<=-)1\d(?=[-*]|$)/, '%v');
  const form = general.split('*').map(escapeForm).join('[a-z0-9+.-]*');
  const names = PACKAGES.flatMap((row) => row[family] ?? []).filter((name) =>
    new RegExp(`^${form}$`).test(name),
  );
  const written = names.map((name) => name.replace('%v', /(?<=-)1\d(?=[-*]|$)/.exec(word)?.[0] ?? '%v'));
  return written.length > 0 ? written : [word];
}

function escapeForm(text: string): string {
  return text.replaceAll(/[.+?()[\]{}|^$\\]/g, '\\$&');
}

/** A template of Pigsty has spaces inside the braces; its later aliases use `$v`. */
function withVersion(text: string, version: number): string {
  return text.replaceAll(/\$\{\s*pg_version\s*\}|\$v\b/g, String(version));
}

/** The parameters that {@link imagePackages} depends on. */
const PACKAGE_PARAMETERS = [
  'pg_packages',
  'pg_extensions',
  'pg_libs',
  'pg_databases',
  'pg_conf',
  'pg_version',
  'image_platform',
  'image_platforms',
  'image_sources',
] as const;

/** Whether two members certainly have the same packages: members of one cluster share the values themselves. */
export function sharePackages(a: PgsqlMember, b: PgsqlMember): boolean {
  return PACKAGE_PARAMETERS.every(
    (name) => a.host.parameters.values[name] === b.host.parameters.values[name],
  );
}

/**
 * The packages of a member's image beyond its recipe: those of `pg_packages` and `pg_extensions`, of `pg_libs`, of the
 * extensions that its databases declare, and of its tuning template; each with the requesting parameter, sorted by name.
 */
export function imagePackages(member: PgsqlMember): readonly RequestedPackage[] {
  const listed = listedPackages(member).flatMap(({ resolved, parameter, place }) =>
    requested(resolved, parameter, place),
  );
  const all = [...listed, ...forTemplate(member), ...forLibraries(member), ...forDatabases(member)];
  const packages = new Map(all.map((one) => [one.name, one]));
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** JIT makes long analytic queries faster and short ones slower: only the olap template includes it. */
function forTemplate({ settings, host }: PgsqlMember): RequestedPackage[] {
  if (templateOf(settings) !== 'olap') return [];
  return requested(resolveName('llvmjit', settings), 'pg_conf', host.parameters.place('pg_conf'));
}

function forLibraries(member: PgsqlMember): RequestedPackage[] {
  const { settings, host } = member;
  return loadedLibraries(member).flatMap((library) => {
    const resolved = resolveName(library, settings);
    return 'row' in resolved ? requested(resolved, 'pg_libs', host.parameters.place('pg_libs')) : [];
  });
}

function forDatabases({ settings, host }: PgsqlMember): RequestedPackage[] {
  return eachPresent(settings.pg_databases, (database, index) =>
    eachPresent(database.extensions ?? [], (extension, position) => {
      const resolved = resolveName(extension.name, settings);
      const place = host.parameters.place('pg_databases', [index, 'extensions', position]);
      return 'row' in resolved ? requested(resolved, `pg_databases.${database.name}.extensions`, place) : [];
    }),
  );
}

function requested(resolved: ResolvedName, askedBy: string, place: Place | undefined): RequestedPackage[] {
  return resolved.kind === 'package' ? [{ name: resolved.name, askedBy, ...(place && { place }) }] : [];
}

/** The libraries of `pg_libs`, in its order. */
export function libraries({ pg_libs: text }: Pick<PgsqlSettings, 'pg_libs'>): string[] {
  return text
    .split(',')
    .map((library) => library.trim())
    .filter((library) => library !== '');
}

/** The libraries of `pg_libs` that the image has: PostgreSQL does not start if one is missing. */
export function loadedLibraries(member: PgsqlMember): string[] {
  return libraries(member.settings).filter((library) => isBundled(library, member));
}

/** Whether the image has the extension or library, decided by its name and the names of packages. */
export function isBundled(name: string, member: PgsqlMember): boolean {
  if (CONTRIB.has(name) || CONTRIB_LIBRARIES.has(name)) return true;
  const { settings } = member;
  const resolved = resolveName(name, settings);
  if (resolved.kind === 'absent' && settings.image_sources.length > 0)
    return isFromElsewhere(resolved.row, member);
  if ('row' in resolved) return resolved.kind === 'package' || resolved.kind === 'included';
  const listed = [...settings.pg_packages, ...settings.pg_extensions].map(plain);
  return listed.some((text) => text.includes(plain(name)));
}

/** Whether the lists name its package, which an archive of the inventory has and the platform does not. */
function isFromElsewhere(row: PackageRow | undefined, member: PgsqlMember): boolean {
  return listedPackages(member).some(
    ({ resolved }) => resolved.kind === 'package' && row !== undefined && resolved.row === row,
  );
}
