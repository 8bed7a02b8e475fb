import { rule } from '../diagnostics/rule.ts';
import { isErrno } from '../effects/files.ts';

export const buildRules = {
  diskFull: rule<{ directory: string }>('build/disk-full', {
    severity: 'error',
    message: ({ directory }) => `no space left on the disk of ${directory}`,
    help: () => 'free some space and run the command again; no partial file was kept',
  }),
  fileConflict: rule<{ image: string; path: string; packages: readonly [string, string] }>(
    'build/file-conflict',
    {
      severity: 'error',
      message: ({ image, path, packages: [one, other] }) =>
        `image ${image}: ${one} and ${other} both contain /${path}`,
      help: () => 'remove one of the packages, or one of the two paths from the recipe',
    },
  ),
  programMissing: rule<{ image: string; program: string; recipe: string }>('build/program-missing', {
    severity: 'error',
    message: ({ image, program, recipe }) =>
      `image ${image} has no executable ${program}, which ${recipe} declares in \`provides\``,
    help: () => 'check the new version of the package, then correct the recipe',
  }),
  fileMissing: rule<{ image: string; name: string; path: string }>('build/file-missing', {
    severity: 'error',
    message: ({ image, name, path }) => `image ${image} does not have ${name}: no file /${path}`,
    label: () => 'requested here',
    help: () => 'its package has other names for it, or it is in a package to be added to `pg_extensions`',
  }),
  packageBroken: rule<{ file: string; reason: string }>('build/package-broken', {
    severity: 'error',
    message: ({ file, reason }) => `package ${file} cannot be unpacked: ${reason}`,
  }),
};

/** True for errors of a full disk or quota, from the system or from dpkg-deb. */
export function isDiskFull(cause: unknown): boolean {
  if (isErrno(cause, 'ENOSPC') || isErrno(cause, 'EDQUOT')) return true;
  return cause instanceof Error && /No space left on device|Disk quota exceeded/.test(cause.message);
}
