import { availableParallelism } from 'node:os';
import type { Distribution } from '../distributions/distribution.ts';
import type { Progress } from '../effects/progress.ts';
import { verifyPackage } from '../lock/fetch.ts';
import { Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { LayerMember } from './layers.ts';
import { type MemberRequest, makeMember, memberKey, readMember } from './member-cache.ts';
import { buildRules, isDiskFull } from './rules.ts';
import { startUnpacker, type Unpacker, UnpackFailed } from './unpacker.ts';

/** The members of all images at hand; `of` throws on one that was not prepared. */
export type Members = { of(request: MemberRequest): LayerMember };
/** The packages of one layer, sorted by name. */
export type Layer = readonly MemberRequest[];
type Options = { readonly cache: string; readonly progress: Progress };

/**
 * Every member of some layers, made where the cache has none: the largest layer first, and of it the largest packages.
 * `onLayer` is told of each layer once, as soon as its members are there. Diagnostics: build/package-broken,
 * build/disk-full, fetch/wrong-hash.
 */
export async function prepareMembers(
  layers: readonly Layer[],
  options: Options,
  onLayer: (layer: Layer, members: readonly LayerMember[]) => void,
): Promise<Result<Members>> {
  const sorted = [...layers].sort((a, b) => bytesOf(b) - bytesOf(a));
  const requests = new Map(sorted.flatMap(largestFirst).map((one) => [memberKey(one), one]));
  const ready = new Map<string, LayerMember>();
  const missing: MemberRequest[] = [];
  for (const [key, request] of requests) {
    const index = readMember(options.cache, key);
    if (index) ready.set(key, { name: request.package.name, key, index });
    else missing.push(request);
  }
  const awaited = new Set(sorted);
  const tell = () => {
    for (const layer of awaited) {
      const members = layer.flatMap((request) => ready.get(memberKey(request)) ?? []);
      if (members.length === layer.length && awaited.delete(layer)) onLayer(layer, members);
    }
  };
  tell();
  const diagnostics = await makeMissing(missing, options, (member) => {
    ready.set(member.key, member);
    tell();
  });
  return conclude({ of: (request) => find(ready, memberKey(request)) }, diagnostics);
}

function largestFirst(layer: Layer): MemberRequest[] {
  return [...layer].sort((a, b) => b.package.size - a.package.size);
}

function bytesOf(layer: Layer): number {
  return layer.reduce((sum, one) => sum + one.package.size, 0);
}

/** A package more than there are processors is open at a time: while one is read back here, they are not idle. */
async function makeMissing(
  missing: readonly MemberRequest[],
  { cache, progress }: Options,
  onMember: (member: LayerMember) => void,
): Promise<Diagnostic[]> {
  const queue = [...missing];
  const step = progress.step('unpack', bytesOf(missing), 'bytes');
  const diagnostics: Diagnostic[] = [];
  const work = async () => {
    const unpackers = new Map<Distribution['unpacker'], Unpacker>();
    try {
      for (let next = queue.shift(); next && diagnostics.length === 0; next = queue.shift()) {
        const { unpacker: name } = next.distribution;
        const unpacker = unpackers.get(name) ?? startUnpacker(name);
        unpackers.set(name, unpacker);
        const result = await makeOne(next, cache, unpacker);
        diagnostics.push(...result.diagnostics);
        if (result.ok) onMember(result.value);
        step.advance(next.package.size, next.package.name);
      }
    } finally {
      for (const unpacker of unpackers.values()) unpacker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism() + 1, queue.length) }, work));
  step.done();
  return diagnostics.filter(
    ({ message }, index) => diagnostics.findIndex((d) => d.message === message) === index,
  );
}

async function makeOne(
  request: MemberRequest,
  cache: string,
  unpacker: Unpacker,
): Promise<Result<LayerMember>> {
  const { package: locked } = request;
  const verified = await verifyPackage(locked, cache);
  if (!verified.ok) return verified;
  try {
    const index = await makeMember(request, verified.value, cache, unpacker);
    return { ok: true, value: { name: locked.name, key: memberKey(request), index }, diagnostics: [] };
  } catch (cause) {
    if (isDiskFull(cause))
      return { ok: false, diagnostics: [buildRules.diskFull.at(undefined, { directory: cache })] };
    if (!(cause instanceof UnpackFailed)) throw cause;
    const file = locked.path.split('/').at(-1) ?? locked.path;
    return {
      ok: false,
      diagnostics: [buildRules.packageBroken.at(undefined, { file, words: cause.message })],
    };
  }
}

function find(ready: ReadonlyMap<string, LayerMember>, key: string): LayerMember {
  const member = ready.get(key);
  if (!member) throw new Unreachable(`member ${key} was not prepared`);
  return member;
}
