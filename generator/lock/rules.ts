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
      `package ${name} for image ${image} not found in ${sources} (requested by ${askedBy})`,
    label: () => 'requested here',
    help: ({ nearest }) => (nearest === undefined ? undefined : `the most similar name is ${nearest}`),
  }),
  pgVersionNotFound: rule<{
    name: string;
    image: string;
    askedBy: string;
    versions: string;
    platform: string;
  }>('lock/pg-version-not-carried', {
    severity: 'error',
    message: ({ name, image, askedBy, platform }) =>
      `${platform} has no package ${name}, which image ${image} needs (${askedBy})`,
    help: ({ versions }) =>
      versions === ''
        ? 'its archive has no PostgreSQL server'
        : `set \`pg_version\` to an available version: ${versions}; or set another platform in \`image_platforms\`, or add an archive that has it to \`image_sources\``,
  }),
  badPackageName: rule<{ name: string; image: string; askedBy: string }>('lock/bad-package-name', {
    severity: 'error',
    message: ({ name, image, askedBy }) =>
      `${name} is not a valid package name (image ${image}, requested by ${askedBy})`,
    help: () =>
      'write the full name of each package: lower-case letters, digits, + - and . (globs are not supported)',
  }),
  platformUnknown: rule<{ platform: string; image: string; known: string }>('lock/platform-unknown', {
    severity: 'error',
    message: ({ platform, image }) => `recipe of image ${image} has no packages for platform ${platform}`,
    help: ({ known }) => `available platforms: ${known}`,
  }),
  sourceUnreachable: rule<{ platform: string; reason: string }>('lock/source-unreachable', {
    severity: 'error',
    message: ({ platform, reason }) => `cannot read the package index of ${platform}: ${reason}`,
    help: () =>
      'check the network, the proxy settings of apt and the addresses in the apt sources of this machine',
  }),
  diskFull: rule<{ directory: string }>('lock/disk-full', {
    severity: 'error',
    message: ({ directory }) => `no space left for package indexes in ${directory}`,
    help: () => 'free 80 MB, or set XDG_CACHE_HOME to another disk',
  }),
  noArchive: rule<{ archive: string; variable: string }>('lock/no-archive', {
    severity: 'error',
    message: ({ archive }) => `archive ${archive} not found in this machine's apt configuration`,
    help: ({ variable }) => `set ${variable} to the address of a mirror`,
  }),
  noTool: rule<{ program: string; package: string }>('lock/no-tool', {
    severity: 'error',
    message: ({ program }) => `${program} is missing on this machine`,
    help: ({ package: name }) => `install the package ${name}, or run pigsty in its own container image`,
  }),
  missing: rule<{ file: string }>('lock/missing', {
    severity: 'error',
    message: ({ file }) => `lock ${file} not found, and --frozen does not allow creating it`,
    help: () => 'run `pigsty lock`, or build without --frozen',
  }),
  stale: rule<{ file: string }>('lock/stale', {
    severity: 'error',
    message: ({ file }) =>
      `${file} is out of date: the packages in the inventory or the recipes have changed`,
    help: () => 'run `pigsty lock`, or build without --frozen',
  }),
  unreadable: rule<{ file: string; problem: string }>('lock/unreadable', {
    severity: 'error',
    message: ({ file, problem }) => `${file} is not a valid lock file: ${problem}`,
    help: () => `restore it, or delete it and ${UPDATE}`,
  }),
  replaced: rule<{ archive: string; platform: string; names: readonly string[] }>(
    'lock/replaced-by-archive',
    {
      severity: 'warning',
      message: ({ archive, platform, names }) =>
        `archive ${archive} has newer packages than ${platform}, which take their place: ${names.join(', ')}`,
      help: ({ archive }) =>
        `list what it may supply: \`packages\` of \`${archive}\` in \`image_sources\`, with these if you want them`,
    },
  ),
  solverFailed: rule<{ image: string; reason: string }>('lock/solver-failed', {
    severity: 'error',
    message: ({ image, reason }) => `apt cannot resolve the packages of image ${image}: ${reason}`,
  }),
};

export const fetchRules = {
  wrongHash: rule<{ file: string; archive: string }>('fetch/wrong-hash', {
    severity: 'error',
    message: ({ file, archive }) =>
      `checksum mismatch: ${file} from archive ${archive} is not the locked file`,
    help: () =>
      'a proxy may change files, the archive was rebuilt, or the lock was edited; the file was deleted',
  }),
  superseded: rule<{ file: string; archive: string; images: readonly string[] }>('fetch/superseded', {
    severity: 'error',
    message: ({ file, archive, images }) =>
      `archive ${archive} no longer has ${file}, which image${images.length === 1 ? '' : 's'} ${images.join(', ')} need${images.length === 1 ? 's' : ''}`,
    help: () => `archives remove superseded versions: ${UPDATE}`,
  }),
  unreachable: rule<{ file: string; archive: string; reason: string }>('fetch/unreachable', {
    severity: 'error',
    message: ({ file, archive, reason }) => `cannot download ${file} from archive ${archive}: ${reason}`,
    help: () => 'run the command again: downloaded files are kept',
  }),
  diskFull: rule<{ directory: string; bytes: number }>('fetch/disk-full', {
    severity: 'error',
    message: ({ directory, bytes }) =>
      `no space left for packages in ${directory}: ${Math.ceil(bytes / 1e6)} MB more are needed`,
    help: () => 'free some space or set XDG_CACHE_HOME to another disk; downloaded files are kept',
  }),
};
