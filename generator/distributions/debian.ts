import type { PathRules } from '../oci/path-rules.ts';
import type { Distribution } from './distribution.ts';

/** Which paths of a package an image contains, and under which path. */
const paths: PathRules = {
  version: 2,
  // Merged /usr (Debian policy 10.1, `usr-is-merged`), and the links that the postinst of base-files creates.
  aliases: new Map([
    ['bin', 'usr/bin'],
    ['sbin', 'usr/sbin'],
    ['lib', 'usr/lib'],
    ['lib64', 'usr/lib64'],
    ['var/run', 'run'],
    ['var/lock', 'run/lock'],
  ]),
  // No program reads these at run time: documentation, translations, packaging aids, files for compiling against a library.
  droppedPrefixes: [
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
    'usr/lib/sysusers.d',
    'usr/lib/tmpfiles.d',
    'etc/bash_completion.d',
    'etc/cron.d',
    'etc/cron.daily',
    'etc/init.d',
    'etc/logrotate.d',
    'etc/update-motd.d',
    'var/backups',
  ],
  // Licences require the copyright files: they are kept.
  droppedPatterns: [
    // Units and what belongs to them; the programs of systemd that have packages of their own stay.
    /^usr\/lib\/systemd(\/(?!systemd-)|$)/,
    /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
    /^usr\/lib\/([^/]+-linux-gnu[^/]*\/)?(pkgconfig|cmake)(\/|$)/,
    /^usr\/lib\/postgresql\/\d+\/lib\/pgxs(\/|$)/,
    /^usr\/share\/postgresql\/\d+\/man(\/|$)/,
    /^usr\/lib\/python3[^/]*\/(.*\/)?(test|tests|idlelib|ensurepip|lib2to3|__pycache__)(\/|$)/,
    /\.a$/,
  ],
};

/** The values that all releases of Debian share; a release adds its name, suites and packages. */
export const debian = {
  family: 'debian',
  architecture: 'amd64',
  solver: 'apt',
  unpacker: 'dpkg-deb',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
  paths,
} as const satisfies Partial<Distribution>;

/** The suites of a release: the release, its updates and its security updates. */
export function debianSuites(codename: string): Distribution['suites'] {
  return [
    { archive: 'debian', suite: codename, component: 'main' },
    { archive: 'debian', suite: `${codename}-updates`, component: 'main' },
    { archive: 'debian-security', suite: `${codename}-security`, component: 'main' },
  ];
}
