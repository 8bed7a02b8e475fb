import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';
import { isBrought, type ListedPackage, libraries, listedPackages, meaningOf } from '../packages/packages.ts';

const rules = {
  unknown: rule<{ parameter: string; names: string; nearest: string | undefined }>('pgsql/package-unknown', {
    severity: 'error',
    message: ({ parameter, names }) => `\`${parameter}\`: nothing is known by the name of ${names}`,
    label: () => 'named here',
    help: ({ nearest }) =>
      nearest === undefined
        ? 'write the name of its Debian package in full, as `postgresql-${pg_version}-cron`, or leave it out'
        : `the nearest name is \`${nearest}\``,
  }),
  notCarried: rule<{ parameter: string; names: string; platform: string }>('pgsql/extension-not-carried', {
    severity: 'warning',
    message: ({ parameter, names, platform }) => `\`${parameter}\`: ${platform} has no package of ${names}`,
    label: () => 'left out of the image',
    help: () =>
      'leave it out here, in `pg_libs` and in the extensions of databases; or add an archive that has it (`image_sources`) and write the name of its package in full',
  }),
  extension: rule<{ extension: string; database: string; nearest: string | undefined }>(
    'pgsql/extension-unknown',
    {
      severity: 'warning',
      message: ({ extension }) => `no package is known that brings extension ${extension}`,
      label: ({ database }) => `database ${database} would wait for it`,
      help: ({ nearest }) =>
        nearest === undefined
          ? 'write the name of the package in `pg_extensions`, or leave the extension out'
          : `the nearest name is \`${nearest}\``,
    },
  ),
  library: rule<{ names: string }>('pgsql/library-not-carried', {
    severity: 'warning',
    message: ({ names }) => `\`pg_libs\`: no package is known that brings ${names}`,
    label: () => 'PostgreSQL starts without it',
    help: () => 'leave it out, or write the name of its Debian package in `pg_extensions`',
  }),
  notLoaded: rule<{ extension: string; database: string; loaded: string }>('pgsql/extension-not-loaded', {
    severity: 'error',
    message: ({ extension, database }) =>
      `extension ${extension} of database ${database} cannot be made: PostgreSQL does not load it at its start`,
    help: ({ extension, loaded }) => `add it: \`pg_libs: '${extension}, ${loaded}'\``,
  }),
  otherMajor: rule<{ parameter: string; name: string; other: string; version: number }>(
    'pgsql/package-of-other-version',
    {
      severity: 'warning',
      message: ({ parameter, name, other, version }) =>
        `\`${parameter}\`: ${name} is named for PostgreSQL ${other}, the cluster has ${version}`,
      help: () => 'write `${pg_version}` in the place of the number',
    },
  ),
  pending: rule<{ names: string }>('pgsql/package-pending', {
    severity: 'notice',
    message: ({ names }) => `packages left out, as nothing runs them yet: ${names}`,
  }),
};

/** What a cluster wants in its image and cannot have, and what it has and does not load. */
export function checkPackages(member: PgsqlMember): Diagnostic[] {
  return [...checkListed(member), ...checkDatabases(member), ...checkLibraries(member)];
}

/** One finding for each item of a list: inventories write many names in one. */
function checkListed(member: PgsqlMember): Diagnostic[] {
  const listed = listedPackages(member);
  const platform = member.settings.image_platform;
  const lines = [...new Set(listed.map((one) => one.place))];
  return lines.flatMap((place) => {
    const own = listed.filter((one) => one.place === place);
    const absent = own.filter(({ meaning }) => meaning.kind === 'absent');
    return [
      ...own.flatMap((one) => [...unknownName(one), ...otherMajor(one, member.settings.pg_version)]),
      ...joined(absent).map((words) => rules.notCarried.at(place, { ...words, platform })),
    ];
  });
}

function unknownName({ meaning, parameter, written, place }: ListedPackage): Diagnostic[] {
  if (meaning.kind !== 'unknown') return [];
  return [rules.unknown.at(place, { parameter, names: written, nearest: meaning.nearest })];
}

function otherMajor({ meaning, parameter, written, place }: ListedPackage, version: number): Diagnostic[] {
  const other = /(?:^postgresql-?|[_-])(1\d)(?=[*-]|$)/.exec(written)?.[1];
  if (meaning.kind !== 'package' || other === undefined || other === String(version)) return [];
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
  return settings.pg_databases.flatMap(({ name: database, extensions }, index) =>
    (extensions ?? []).flatMap(({ name: extension }, position) =>
      checkExtension(member, { extension, database }, () =>
        host.parameters.place('pg_databases', [index, 'extensions', position]),
      ),
    ),
  );
}

/** What the lists of packages name and the platform has not is found there. */
function checkExtension(
  member: PgsqlMember,
  words: { extension: string; database: string },
  place: () => Place | undefined,
): Diagnostic[] {
  const { settings } = member;
  const meaning = meaningOf(words.extension, settings);
  const row = 'row' in meaning ? meaning.row : undefined;
  if (isBrought(words.extension, member)) {
    const isLoaded = libraries(settings).includes(words.extension);
    return row?.isPreloaded && !isLoaded
      ? [rules.notLoaded.at(place(), { ...words, loaded: settings.pg_libs })]
      : [];
  }
  const isListed = listedPackages(member).some(
    (one) => row !== undefined && 'row' in one.meaning && one.meaning.row === row,
  );
  if (isListed) return [];
  const nearest = meaning.kind === 'unknown' ? meaning.nearest : undefined;
  return [rules.extension.at(place(), { ...words, nearest })];
}

function checkLibraries(member: PgsqlMember): Diagnostic[] {
  const missing = libraries(member.settings).filter((library) => !isBrought(library, member));
  if (missing.length === 0) return [];
  return [rules.library.at(placeOf(member, 'pg_libs'), { names: missing.join(', ') })];
}

/** One notice for all clusters, of what their inventory names itself. */
export function pendingPackages(site: Site): Diagnostic[] {
  const names = clusters(site).flatMap(([first]) =>
    first
      ? listedPackages(first).filter(
          ({ meaning, place }) => meaning.kind === 'pending' && place !== undefined,
        )
      : [],
  );
  const unique = [...new Set(names.map(({ written }) => written))].sort();
  return unique.length > 0 ? [rules.pending.at(undefined, { names: unique.join(', ') })] : [];
}
