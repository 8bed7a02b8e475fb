/** Which paths of a distribution's packages an image contains, and under which path. */
export type PathRules = {
  /** Part of every cache key; increase it when a change in this folder changes the bytes of a package content or a layer. */
  readonly version: number;
  /** Directories that are links in every image. Package paths below them are moved to the target. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly droppedPrefixes: readonly string[];
  readonly droppedPatterns: readonly RegExp[];
};

/** The path in the image of a path in a package: merged /usr, /run. Undefined for the aliases themselves. */
export function canonicalPath(path: string, rules: PathRules): string | undefined {
  if (rules.aliases.has(path)) return undefined;
  for (const [alias, target] of rules.aliases) {
    if (path.startsWith(`${alias}/`)) return canonicalPath(`${target}${path.slice(alias.length)}`, rules);
  }
  return path;
}

/** True for paths that no image needs. */
export function isDropped(path: string, { droppedPrefixes, droppedPatterns }: PathRules): boolean {
  return (
    droppedPrefixes.some((prefix) => isBelow(path, prefix)) ||
    droppedPatterns.some((pattern) => pattern.test(path))
  );
}

/** True for the directory itself and everything in it. */
export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory) && (path.length === directory.length || path[directory.length] === '/');
}
