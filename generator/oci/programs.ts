import { posix } from 'node:path';
import type { ImageRecipe } from '../model/image.ts';
import { entriesByPath, type NamedMember } from './layer.ts';
import { canonicalPath, type PathRules } from './path-rules.ts';

const CERTIFICATE_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** What the recipe promises and the image does not hold as an executable file, links followed. */
export function missingPrograms(
  recipe: Pick<ImageRecipe, 'provides' | 'links'>,
  members: readonly NamedMember[],
  rules: PathRules,
): string[] {
  const entries = entriesByPath(members);
  const links = new Map(recipe.links.map(({ path, target }) => [path.slice(1), target]));
  const isThere = (path: string, hops: number): boolean => {
    const inImage = canonicalPath(path.replace(/^\/+/, ''), rules) ?? '';
    const entry = entries.get(inImage);
    if (entry?.kind === 'file') return (entry.mode & 0o111) !== 0;
    const target = links.get(inImage) ?? entry?.target;
    if (target === undefined || hops === 0) return false;
    if (entry?.kind === 'hardlink' || target.startsWith('/')) return isThere(target, hops - 1);
    return isThere(posix.join(posix.dirname(inImage), target), hops - 1);
  };
  return recipe.provides.filter((program) => program !== CERTIFICATE_BUNDLE && !isThere(program, 40));
}
