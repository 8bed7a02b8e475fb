import { posix } from 'node:path';
import type { NamedContent } from './layer.ts';
import { entriesByPath } from './layer.ts';
import { ancestors } from './package-content.ts';
import { canonicalPath, isDropped, type PathRules } from './path-rules.ts';

/** A link that a package's install script makes with update-alternatives(1); of several targets, the highest priority wins. */
export type Alternative = { readonly link: string; readonly target: string; readonly priority: number };

const ASSIGNMENT = /^([A-Za-z_]\w*)=("[^"`]*"|'[^']*'|[^\s"'`;&|]*)$/;

/**
 * The calls `update-alternatives --install … --slave …` of a shell script, which is not run: variables that have been
 * assigned a text are replaced, and calls with anything else are left out. Conditions are not read, so that a target may
 * not exist.
 */
export function readAlternatives(script: string): readonly Alternative[] {
  const variables = new Map<string, string>();
  return script
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = ASSIGNMENT.exec(line.trim()) ?? [];
      if (name !== undefined && value !== undefined) variables.set(name, expand(value, variables));
      const words = line
        .trim()
        .split(/\s+/)
        .map((word) => expand(word, variables));
      return words[0] === 'update-alternatives' ? ofCall(words) : [];
    });
}

/** Without quotes; a variable that is not known stays, with its `$`. */
function expand(word: string, variables: ReadonlyMap<string, string>): string {
  const text = word.replaceAll(/^["']|["']$/g, '');
  return text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced, plain) => variables.get(braced ?? plain) ?? whole,
  );
}

function ofCall(words: readonly string[]): readonly Alternative[] {
  const priority = Number(words[words.indexOf('--install') + 4]);
  if (!words.includes('--install') || Number.isNaN(priority)) return [];
  return words.flatMap((word, index) => {
    if (word !== '--install' && word !== '--slave') return [];
    const [link = '', , target = ''] = words.slice(index + 1, index + 4);
    const isComplete = [link, target].every(
      (path) => /^\/[^$`*]+$/.test(path) && posix.normalize(path) === path,
    );
    return isComplete ? [{ link, target, priority }] : [];
  });
}

/** The links that an image has for the alternatives of its packages, where the target exists and the link's path is free. */
export function alternativeLinks(
  contents: readonly NamedContent[],
  rules: PathRules,
): readonly { readonly path: string; readonly target: string }[] {
  const entries = entriesByPath(contents);
  const chosen = new Map<string, { readonly target: string; readonly priority: number }>();
  for (const { link, target, priority } of contents.flatMap(({ index }) => index.alternatives)) {
    const [from, to] = [link, target].map((path) => canonicalPath(path.slice(1), rules));
    if (from === undefined || to === undefined || isDropped(from, rules)) continue;
    if (entries.has(from) || !entries.has(to) || ancestors(from).some((path) => entries.has(path))) continue;
    const other = chosen.get(from);
    if (!other || other.priority < priority) chosen.set(from, { target: to, priority });
  }
  return [...chosen].map(([path, { target }]) => ({
    path: `/${path}`,
    target: posix.relative(posix.dirname(path), target),
  }));
}
