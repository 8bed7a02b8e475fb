/** What of a package gets into an image, and where it stands there. */

/** Part of every cache key; raised whenever a rule of this folder changes the bytes of a member or a layer. */
export const RULES_VERSION = 1;

/**
 * Directories that are links in every image: merged /usr (Debian policy 10.1, `usr-is-merged`) and what the
 * base-files package turns into links in its postinst. Package paths below them are moved to the target.
 */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['bin', 'usr/bin'],
  ['sbin', 'usr/sbin'],
  ['lib', 'usr/lib'],
  ['lib64', 'usr/lib64'],
  ['var/run', 'run'],
  ['var/lock', 'run/lock'],
]);

/** Nothing that runs reads these: documentation, translations, packaging aids, files for compiling against a library. */
const DROPPED_PREFIXES: readonly string[] = [
  'usr/include',
  'usr/games',
  'usr/src',
  'usr/share/bash-completion',
  'usr/share/bug',
  'usr/share/doc-base',
  'usr/share/fish',
  'usr/share/info',
  'usr/share/lintian',
  'usr/share/locale',
  'usr/share/man',
  'usr/share/menu',
  'usr/share/pkgconfig',
  'usr/share/zsh',
  'usr/lib/systemd',
  'usr/lib/sysusers.d',
  'usr/lib/tmpfiles.d',
  'etc/bash_completion.d',
  'etc/cron.d',
  'etc/cron.daily',
  'etc/init.d',
  'etc/logrotate.d',
  'etc/update-motd.d',
  'var/backups',
];

const DROPPED_PATTERNS: readonly RegExp[] = [
  /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^usr\/lib\/([^/]+-linux-gnu[^/]*\/)?(pkgconfig|cmake)(\/|$)/,
  /^usr\/lib\/postgresql\/\d+\/lib\/pgxs(\/|$)/,
  /^usr\/share\/postgresql\/\d+\/man(\/|$)/,
  /^usr\/lib\/python3[^/]*\/(.*\/)?(test|tests|idlelib|ensurepip|lib2to3|__pycache__)(\/|$)/,
  /\.a$/,
];

/** The path in the image of a path in a package: merged /usr, /run. Undefined for the aliases themselves. */
export function canonicalPath(path: string): string | undefined {
  if (ALIASES.has(path)) return undefined;
  for (const [alias, target] of ALIASES) {
    if (path.startsWith(`${alias}/`)) return canonicalPath(`${target}${path.slice(alias.length)}`);
  }
  return path;
}

/** True for what no image needs. Licences ask for the copyright files: they stay. */
export function isDropped(path: string): boolean {
  return (
    DROPPED_PREFIXES.some((prefix) => isBelow(path, prefix)) ||
    DROPPED_PATTERNS.some((pattern) => pattern.test(path))
  );
}

/** True for the directory itself and everything in it. */
export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory) && (path.length === directory.length || path[directory.length] === '/');
}
