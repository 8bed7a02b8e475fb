import { posix } from 'node:path';
import type { ImageRecipe } from '../model/image.ts';
import { entriesByPath, type NamedContent } from './layer.ts';
import { canonicalPath, type PathRules } from './path-rules.ts';

const CERTIFICATE_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** Programs that the recipe provides and that are not executable files in the image, after following links. */
export function missingPrograms(
  recipe: Pick<ImageRecipe, 'provides' | 'links'>,
  contents: readonly NamedContent[],
  rules: PathRules,
): string[] {
  const entries = entriesByPath(contents);
  const links = new Map(recipe.links.map(({ path, target }) => [path.slice(1), target]));
  const isExecutable = (path: string, hops: number): boolean => {
    const inImage = canonicalPath(path.replace(/^\/+/, ''), rules) ?? '';
    const entry = entries.get(inImage);
    if (entry?.kind === 'file') return (entry.mode & 0o111) !== 0;
    const target = links.get(inImage) ?? entry?.target;
    if (target === undefined || hops === 0) return false;
    if (entry?.kind === 'hardlink' || target.startsWith('/')) return isExecutable(target, hops - 1);
    return isExecutable(posix.join(posix.dirname(inImage), target), hops - 1);
  };
  return recipe.provides.filter((program) => program !== CERTIFICATE_BUNDLE && !isExecutable(program, 40));
}
