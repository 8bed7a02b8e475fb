import * as z from 'zod';
import { isSha256, type Sha256 } from '../model/brand.ts';
import type { Result } from '../model/diagnostic.ts';
import type { Lock, LockedPackage, LockedPlatform } from '../model/lock.ts';
import { lockRules } from './rules.ts';

const digest = z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value), 'expected a sha256');
const poolPath = z
  .string()
  .regex(/^[^/\s][^\s]*\.deb$/)
  .refine((path) => !path.split('/').includes('..'));

const packageLine = z.strictObject({
  name: z.string().min(1),
  version: z.string().min(1),
  arch: z.string().min(1),
  size: z.int().positive(),
  sha256: digest,
  archive: z.string().min(1),
  path: poolPath,
  askedBy: z.string().min(1),
  images: z.array(z.string()).min(1),
});

const lockFile = z.strictObject({
  version: z.literal(1),
  inputs: digest,
  platforms: z.array(
    z.strictObject({
      platform: z.string(),
      architecture: z.string(),
      sources: z.array(
        z.strictObject({ archive: z.string(), suite: z.string(), component: z.string(), release: digest }),
      ),
      packages: z.array(packageLine),
    }),
  ),
});

/** The lock as text that git can merge: sorted, one line per source and one line per package with its images. */
export function formatLock(lock: Lock): string {
  const platforms = lock.platforms.map(formatPlatform).join(',\n');
  const head = `{\n"version": ${lock.version},\n"inputs": ${JSON.stringify(lock.inputs)},\n"platforms": [\n`;
  return `${head}${platforms}\n]\n}\n`;
}

/** Reads a lock from its text. Diagnostics: lock/unreadable. */
export function parseLock(text: string, file: string): Result<Lock> {
  const parsed = lockFile.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const problem = text.includes('<<<<<<<') ? 'it contains merge conflict markers' : describe(issue);
    return { ok: false, diagnostics: [lockRules.unreadable.at(undefined, { file, problem })] };
  }
  const { version, inputs } = parsed.data;
  const platforms = parsed.data.platforms.map(({ packages, ...platform }) => ({
    ...platform,
    packages: packages.map(({ images: _, ...one }) => one),
    images: imagesOf(packages),
  }));
  return { ok: true, value: { version, inputs, platforms }, diagnostics: [] };
}

function formatPlatform({ platform, architecture, sources, packages, images }: LockedPlatform): string {
  const lines = packages.map((one) => formatPackage(one, imagesWith(one, images)));
  return [
    `{ "platform": ${JSON.stringify(platform)}, "architecture": ${JSON.stringify(architecture)},`,
    `"sources": [\n${sources.map((source) => JSON.stringify(source)).join(',\n')}\n],`,
    `"packages": [\n${lines.join(',\n')}\n] }`,
  ].join('\n');
}

/** Writes the keys in the order of the schema. */
function formatPackage(one: LockedPackage, images: readonly string[]): string {
  const { name, version, arch, size, sha256, archive, path, askedBy } = one;
  return JSON.stringify({ name, version, arch, size, sha256, archive, path, askedBy, images });
}

function imagesWith(one: LockedPackage, images: LockedPlatform['images']): string[] {
  return Object.keys(images)
    .filter((image) => images[image]?.includes(one.name))
    .sort();
}

function imagesOf(packages: readonly z.infer<typeof packageLine>[]): Record<string, string[]> {
  const names = [...new Set(packages.flatMap((one) => one.images))].sort();
  const packagesOf = (image: string) =>
    packages
      .filter((one) => one.images.includes(image))
      .map((one) => one.name)
      .sort();
  return Object.fromEntries(names.map((image) => [image, packagesOf(image)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (!issue || issue.path.length === 0) return 'it is not JSON in the format of a lock';
  return `${issue.path.join('.')}: ${issue.message}`;
}
