import { dirname } from 'node:path';
import { rule } from '../diagnostics/rule.ts';
import { buildRules, isDiskFull } from '../emit/rules.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

const rules = {
  unusable: rule<{ path: string; reason: string }>('file/unusable', {
    severity: 'error',
    message: ({ path, reason }) => `${path} cannot be used: ${reason}`,
  }),
};

/** Errors that a user can solve, as text (errno(3)); other codes mean a bug or a broken machine. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'its file system is read-only'],
  ['ENOENT', 'no such file or directory'],
  ['ENOTDIR', 'a component of the path is not a directory'],
  ['EEXIST', 'a file with this name already exists'],
  ['EBUSY', 'it is a mount point, or in use'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'the name is too long'],
]);

/** The diagnostic for a file system error that a user can solve; undefined for any other error. */
export function systemErrorDiagnostic(error: unknown): Diagnostic | undefined {
  if (!(error instanceof Error)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  if (isDiskFull(error)) {
    const directory = path === undefined ? 'the build' : dirname(path);
    return buildRules.diskFull.at(undefined, { directory });
  }
  const reason = 'code' in error && typeof error.code === 'string' ? REASONS.get(error.code) : undefined;
  return path !== undefined && reason !== undefined
    ? rules.unusable.at(undefined, { path, reason })
    : undefined;
}
