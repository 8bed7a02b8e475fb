import { rule } from '../diagnostics/rule.ts';

const UPDATE = 'run `pigsty lock --update`';

export const lockRules = {
  packageNotFound: rule<{
    name: string;
    image: string;
    askedBy: string;
    sources: string;
    nearest: string | undefined;
  }>('lock/package-not-found', {
    severity: 'error',
    message: ({ name, image, askedBy, sources }) =>
      `no package ${name} for image ${image} (asked for by ${askedBy}) in ${sources}`,
    label: () => 'asked for here',
    help: ({ nearest }) => (nearest === undefined ? undefined : `the nearest name there is ${nearest}`),
  }),
  pgVersionNotCarried: rule<{
    name: string;
    image: string;
    askedBy: string;
    versions: string;
    platform: string;
  }>('lock/pg-version-not-carried', {
    severity: 'error',
    message: ({ name, image, askedBy, platform }) =>
      `${platform} carries no ${name}, which image ${image} needs (${askedBy})`,
    help: ({ versions }) =>
      versions === ''
        ? 'its archive has no PostgreSQL server at all'
        : `set \`pg_version\` to one it has: ${versions}; or name another platform in \`image_platforms\`, or an archive that has it in \`image_sources\``,
  }),
  badPackageName: rule<{ name: string; image: string; askedBy: string }>('lock/bad-package-name', {
    severity: 'error',
    message: ({ name, image, askedBy }) =>
      `${name} is no package name (image ${image}, asked for by ${askedBy})`,
    help: () =>
      'name each package in full: lower-case letters, digits, + - and . (globs are not package names)',
  }),
  platformUnknown: rule<{ platform: string; image: string; known: string }>('lock/platform-unknown', {
    severity: 'error',
    message: ({ platform, image }) => `image ${image} has no packages for platform ${platform}`,
    help: ({ known }) => `platforms it can be made for: ${known}`,
  }),
  sourceUnreachable: rule<{ platform: string; reason: string }>('lock/source-unreachable', {
    severity: 'error',
    message: ({ platform, reason }) => `the package index of ${platform} cannot be read: ${reason}`,
    help: () =>
      'check the network, the proxy settings of apt and the addresses in the apt sources of this machine',
  }),
  diskFull: rule<{ directory: string }>('lock/disk-full', {
    severity: 'error',
    message: ({ directory }) => `no space left for package indexes in ${directory}`,
    help: () => 'make room (80 MB), or put the cache elsewhere with XDG_CACHE_HOME',
  }),
  noArchive: rule<{ archive: string; variable: string }>('lock/no-archive', {
    severity: 'error',
    message: ({ archive }) => `this machine's apt configuration names no archive ${archive}`,
    help: ({ variable }) => `set ${variable} to the address of a mirror of it`,
  }),
  noTool: rule<{ program: string; package: string }>('lock/no-tool', {
    severity: 'error',
    message: ({ program }) => `${program} is missing on this machine`,
    help: ({ package: name }) => `install the package ${name}, or run pigsty in its own container image`,
  }),
  missing: rule<{ file: string }>('lock/missing', {
    severity: 'error',
    message: ({ file }) => `there is no lock ${file}, and --frozen forbids to make one`,
    help: () => 'run `pigsty lock`, or build without --frozen',
  }),
  stale: rule<{ file: string }>('lock/stale', {
    severity: 'error',
    message: ({ file }) =>
      `${file} was made for other packages than the inventory and the recipes now ask for`,
    help: () => 'run `pigsty lock`, or build without --frozen',
  }),
  unreadable: rule<{ file: string; problem: string }>('lock/unreadable', {
    severity: 'error',
    message: ({ file, problem }) => `${file} is not a lock: ${problem}`,
    help: () => `restore it, or delete it and ${UPDATE}`,
  }),
  solverFailed: rule<{ image: string; words: string }>('lock/solver-failed', {
    severity: 'error',
    message: ({ image, words }) => `apt finds no set of packages for image ${image}: ${words}`,
  }),
};

export const fetchRules = {
  wrongHash: rule<{ file: string; archive: string }>('fetch/wrong-hash', {
    severity: 'error',
    message: ({ file, archive }) =>
      `${file} from the archive ${archive} is not the file that was locked: its sha256 differs`,
    help: () =>
      'something between here and the archive changes files, or the archive was rebuilt; nothing was kept',
  }),
  superseded: rule<{ file: string; archive: string; images: readonly string[] }>('fetch/superseded', {
    severity: 'error',
    message: ({ file, archive, images }) =>
      `the archive ${archive} no longer has ${file}, of image${images.length === 1 ? '' : 's'} ${images.join(', ')}`,
    help: () => `archives drop superseded versions: ${UPDATE}`,
  }),
  unreachable: rule<{ file: string; archive: string; reason: string }>('fetch/unreachable', {
    severity: 'error',
    message: ({ file, archive, reason }) =>
      `${file} could not be fetched from the archive ${archive}: ${reason}`,
    help: () => 'run the same command again: what has arrived is kept',
  }),
  diskFull: rule<{ directory: string; bytes: number }>('fetch/disk-full', {
    severity: 'error',
    message: ({ directory, bytes }) =>
      `no space left for packages in ${directory}: ${Math.ceil(bytes / 1e6)} MB are to come`,
    help: () => 'make room, or put the cache elsewhere with XDG_CACHE_HOME; what has arrived is kept',
  }),
};
