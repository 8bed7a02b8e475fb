import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

type Verbs = typeof import('./verbs.ts');

/** The function that Node wraps a CommonJS file into (Node's manual, "The module wrapper"). */
type Wrapped = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  file: string,
  directory: string,
) => void;

/**
 * The verbs, from dist/verbs.js. V8 reads their compiled form from verbs.cache, which the build writes: compiling two
 * megabytes takes half as long as starting Node. A different release of V8 rejects the cache and compiles.
 */
export const loadVerbs = once(
  (): Verbs => evaluate(join(__dirname, 'verbs.js'), join(__dirname, 'verbs.cache')),
);

function once<T extends object>(load: () => T): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

function evaluate<T>(file: string, cache: string): T {
  const source = readFileSync(file);
  const cachedData = readCache(cache, source);
  const options = { filename: file, ...(cachedData && { cachedData }) };
  const script = new Script(Module.wrap(source.toString('utf8')), options);
  const run: Wrapped = script.runInThisContext();
  const module = { exports: {} };
  run(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports as T;
}

/**
 * The compiled form, behind a sha256 of it and of its source: V8 itself compares lengths only, and crashes on a corrupted
 * cache. Undefined if it is missing, cannot be read, or belongs to another source.
 */
function readCache(cache: string, source: Buffer): Buffer | undefined {
  try {
    const bytes = readFileSync(cache);
    const data = bytes.subarray(32);
    const expected = createHash('sha256').update(source).update(data).digest();
    return expected.equals(bytes.subarray(0, 32)) ? data : undefined;
  } catch {
    return undefined;
  }
}
