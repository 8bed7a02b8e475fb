import { rule } from '../diagnostics/rule.ts';
import { isErrno } from '../effects/files.ts';

export const buildRules = {
  diskFull: rule<{ directory: string }>('build/disk-full', {
    severity: 'error',
    message: ({ directory }) => `no space left on the disk of ${directory}`,
    help: () => 'make room and run the same command again; nothing half-written was kept',
  }),
  fileConflict: rule<{ image: string; path: string; packages: readonly [string, string] }>(
    'build/file-conflict',
    {
      severity: 'error',
      message: ({ image, path, packages: [one, other] }) =>
        `in image ${image} both ${one} and ${other} hold /${path}: one would hide the other`,
      help: () => 'leave one of the packages out',
    },
  ),
  programMissing: rule<{ image: string; program: string; recipe: string }>('build/program-missing', {
    severity: 'error',
    message: ({ image, program, recipe }) => `image ${image} lacks ${program}, which ${recipe} promises`,
    help: () => 'the package may have moved it: look into the new version, then change the recipe',
  }),
  packageBroken: rule<{ file: string; words: string }>('build/package-broken', {
    severity: 'error',
    message: ({ file, words }) => `dpkg-deb cannot open ${file}: ${words}`,
  }),
};

/** True for the errors that more room would cure, whether the system or dpkg-deb names them. */
export function isDiskFull(cause: unknown): boolean {
  if (isErrno(cause, 'ENOSPC') || isErrno(cause, 'EDQUOT')) return true;
  return cause instanceof Error && /No space left on device|Disk quota exceeded/.test(cause.message);
}
