import { availableParallelism } from 'node:os';
import type { Progress } from '../effects/progress.ts';
import { verifyPackage } from '../lock/fetch.ts';
import { Unreachable } from '../model/brand.ts';
import { conclude, type Diagnostic, type Result } from '../model/diagnostic.ts';
import type { ImagePlan } from './image-plan.ts';
import type { LayerMember } from './layers.ts';
import { type MemberRequest, makeMember, memberKey, readMember } from './member-cache.ts';
import { buildRules, isDiskFull } from './rules.ts';
import { startUnpacker, type Unpacker, UnpackFailed } from './unpacker.ts';

/** The members of all images at hand; `of` throws on one that was not prepared. */
export type Members = { of(request: MemberRequest): LayerMember };
type Options = { readonly cache: string; readonly progress: Progress };

/**
 * Every member that the images need, made where the cache has none: the largest packages first, one at a time on each
 * processor. Diagnostics: build/package-broken, build/disk-full, fetch/wrong-hash.
 */
export async function prepareMembers(
  plans: readonly ImagePlan[],
  options: Options,
): Promise<Result<Members>> {
  const requests = new Map(plans.flatMap((plan) => plan.layers.flat()).map((one) => [memberKey(one), one]));
  const ready = new Map<string, LayerMember>();
  const missing: MemberRequest[] = [];
  for (const [key, request] of requests) {
    const index = readMember(options.cache, key);
    if (index) ready.set(key, { name: request.package.name, key, index });
    else missing.push(request);
  }
  const diagnostics = await makeMissing(missing, ready, options);
  return conclude({ of: (request) => find(ready, memberKey(request)) }, diagnostics);
}

async function makeMissing(
  missing: MemberRequest[],
  ready: Map<string, LayerMember>,
  { cache, progress }: Options,
): Promise<Diagnostic[]> {
  const queue = [...missing].sort(
    (a, b) => b.package.size - a.package.size || (memberKey(a) < memberKey(b) ? -1 : 1),
  );
  const step = progress.step(
    'unpack',
    missing.reduce((sum, one) => sum + one.package.size, 0),
    'bytes',
  );
  const diagnostics: Diagnostic[] = [];
  const work = async () => {
    const unpacker = startUnpacker();
    try {
      for (let next = queue.shift(); next && diagnostics.length === 0; next = queue.shift()) {
        const result = await makeOne(next, cache, unpacker);
        diagnostics.push(...result.diagnostics);
        if (result.ok) ready.set(result.value.key, result.value);
        step.advance(next.package.size, next.package.name);
      }
    } finally {
      unpacker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, work));
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
