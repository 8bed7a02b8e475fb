import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { nearestName } from '../../../text/nearest.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';
import { CONTRIB } from '../packages/package-table.ts';
import {
  isBundled,
  type ListedPackage,
  libraries,
  listedPackages,
  resolveName,
} from '../packages/packages.ts';
import { eachPresent } from '../present.ts';

const rules = {
  unknown: rule<{ parameter: string; names: string; nearest: string | undefined }>('pgsql/package-unknown', {
    severity: 'error',
    message: ({ parameter, names }) => `\`${parameter}\`: unknown package ${names}`,
    label: () => 'named here',
    help: ({ nearest }) =>
      nearest === undefined
        ? 'write the complete name of its Debian package, for example `postgresql-${pg_version}-cron`, or remove it'
        : `the most similar name is \`${nearest}\``,
  }),
  notFound: rule<{ parameter: string; names: string; platform: string }>('pgsql/extension-not-carried', {
    severity: 'warning',
    message: ({ parameter, names, platform }) =>
      `\`${parameter}\`: package not found on ${platform}: ${names}`,
    label: () => 'not in the image',
    help: () =>
      'remove it here, in `pg_libs` and in the extensions of databases; or add an archive that has it (`image_sources`) and write the complete name of its package',
  }),
  extension: rule<{ extension: string; database: string; nearest: string | undefined }>(
    'pgsql/extension-unknown',
    {
      severity: 'warning',
      message: ({ extension }) => `no package known for extension ${extension}`,
      label: ({ database }) => `database ${database} needs it`,
      help: ({ nearest }) =>
        nearest === undefined
          ? 'write the name of its package in `pg_extensions`, or remove the extension'
          : `the most similar name is \`${nearest}\``,
    },
  ),
  library: rule<{ names: string }>('pgsql/library-not-carried', {
    severity: 'warning',
    message: ({ names }) => `\`pg_libs\`: no package known for ${names}`,
    label: () => 'PostgreSQL starts without it',
    help: () => 'remove it, or write the name of its Debian package in `pg_extensions`',
  }),
  notLoaded: rule<{ extension: string; database: string; loaded: string }>('pgsql/extension-not-loaded', {
    severity: 'error',
    message: ({ extension, database }) =>
      `extension ${extension} of database ${database} cannot be created: it is not in \`pg_libs\``,
    help: ({ extension, loaded }) => `add it: \`pg_libs: '${extension}, ${loaded}'\``,
  }),
  otherMajor: rule<{ parameter: string; name: string; other: string; version: number }>(
    'pgsql/package-of-other-version',
    {
      severity: 'warning',
      message: ({ parameter, name, other, version }) =>
        `\`${parameter}\`: ${name} is for PostgreSQL ${other}, but the cluster has ${version}`,
      help: () => 'write `${pg_version}` instead of the number',
    },
  ),
  pending: rule<{ names: string }>('pgsql/package-pending', {
    severity: 'notice',
    message: ({ names }) => `packages not included, because their programs are not supported yet: ${names}`,
  }),
};

/** Checks for requested packages that do not exist, and for packages whose library is not loaded. */
export function checkPackages(member: PgsqlMember): Diagnostic[] {
  return [...checkPackageLists(member), ...checkDatabases(member), ...checkLibraries(member)];
}

/** One diagnostic for each item of a list: an item may have many names. */
function checkPackageLists(member: PgsqlMember): Diagnostic[] {
  const listed = listedPackages(member);
  const platform = member.settings.image_platform;
  const lines = [...new Set(listed.map((one) => one.place))];
  return lines.flatMap((place) => {
    const own = listed.filter((one) => one.place === place);
    const absent = own.filter(({ resolved }) => resolved.kind === 'absent');
    return [
      ...own.flatMap((one) => [...unknownName(one), ...otherMajor(one, member.settings.pg_version)]),
      ...joined(absent).map((words) => rules.notFound.at(place, { ...words, platform })),
    ];
  });
}

function unknownName({ resolved, parameter, written, place }: ListedPackage): Diagnostic[] {
  if (resolved.kind !== 'unknown') return [];
  return [rules.unknown.at(place, { parameter, names: written, nearest: resolved.nearest })];
}

function otherMajor({ resolved, parameter, written, place }: ListedPackage, version: number): Diagnostic[] {
  const other = /(?:^postgresql-?|[_-])(1\d)(?=[*-]|$)/.exec(written)?.[1];
  if (resolved.kind !== 'package' || other === undefined || other === String(version)) return [];
  return [rules.otherMajor.at(place, { parameter, name: written, other, version })];
}

function joined(listed: readonly ListedPackage[]): { parameter: string; names: string }[] {
  const [first] = listed;
  return first
    ? [{ parameter: first.parameter, names: listed.map(({ written }) => written).join(', ') }]
    : [];
}

function checkDatabases(member: PgsqlMember): Diagnostic[] {
  const { settings, host } = member;
  return eachPresent(settings.pg_databases, ({ name: database, extensions }, index) =>
    eachPresent(extensions ?? [], ({ name: extension }, position) =>
      checkExtension(member, { extension, database }, () =>
        host.parameters.place('pg_databases', [index, 'extensions', position]),
      ),
    ),
  );
}

/** A name that is also in the lists of packages is reported there. */
function checkExtension(
  member: PgsqlMember,
  words: { extension: string; database: string },
  place: () => Place | undefined,
): Diagnostic[] {
  const { settings } = member;
  const resolved = resolveName(words.extension, settings);
  const row = 'row' in resolved ? resolved.row : undefined;
  if (isBundled(words.extension, member)) {
    const isLoaded = libraries(settings).includes(words.extension);
    return row?.isPreloaded && !isLoaded
      ? [rules.notLoaded.at(place(), { ...words, loaded: settings.pg_libs })]
      : [];
  }
  const isListed = listedPackages(member).some(
    (one) => row !== undefined && 'row' in one.resolved && one.resolved.row === row,
  );
  if (isListed) return [];
  const nearest =
    nearestName(words.extension, [...CONTRIB]) ??
    (resolved.kind === 'unknown' ? resolved.nearest : undefined);
  return [rules.extension.at(place(), { ...words, nearest })];
}

function checkLibraries(member: PgsqlMember): Diagnostic[] {
  const missing = libraries(member.settings).filter((library) => !isBundled(library, member));
  if (missing.length === 0) return [];
  return [rules.library.at(placeOf(member, 'pg_libs'), { names: missing.join(', ') })];
}

/** One notice for the names in the inventory of all clusters. */
export function pendingPackages(site: Site): Diagnostic[] {
  const names = clusters(site).flatMap(([first]) =>
    first
      ? listedPackages(first).filter(
          ({ resolved, place }) => resolved.kind === 'pending' && place !== undefined,
        )
      : [],
  );
  const unique = [...new Set(names.map(({ written }) => written))].sort();
  return unique.length > 0 ? [rules.pending.at(undefined, { names: unique.join(', ') })] : [];
}
