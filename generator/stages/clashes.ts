import { isDeepStrictEqual } from 'node:util';
import type { HostIp } from '../model/brand.ts';
import type { Contribution } from '../model/module.ts';
import type { Clash, ClashSide, DirectoryPlan } from '../model/plan.ts';
import { normalPath } from '../text/path.ts';

/** What one module adds to a host; `module` is undefined for the parts that every host has. */
export type Part = Contribution & { readonly module: string | undefined };

/** Something that a host can have only once: `what` and `name` identify it, `plan` is its definition by one module. */
type Claim = { readonly what: string; readonly name: string; readonly plan: unknown } & ClashSide;

/**
 * Conflicts between the parts of a host's plan: a file, unit, user, id, directory or path with two different definitions.
 * Two equal definitions are no clash.
 */
export function findClashes(parts: readonly Part[], ip: HostIp): Clash[] {
  const known = new Map<string, Claim>();
  const clashes: Clash[] = [];
  for (const claim of parts.flatMap(claimsOf)) {
    const key = `${claim.what} ${claim.name}`;
    const first = known.get(key);
    if (!first) known.set(key, claim);
    else if (!isDeepStrictEqual(first.plan, claim.plan))
      clashes.push({ ip, what: claim.what, name: claim.name, sides: [sideOf(first), sideOf(claim)] });
  }
  return clashes;
}

function sideOf({ module, item, leaf }: Claim): ClashSide {
  return { module, item, leaf };
}

/** `item` and `leaf` as `explain` names them. */
function claimsOf({ module, ...part }: Part): Claim[] {
  const claim = (what: string, name: string, plan: unknown, item: string, leaf?: string): Claim => {
    return { what, name: what === 'path' ? normalPath(name) : name, plan, module, item, leaf };
  };
  return [
    ...(part.files ?? []).flatMap((file) => [
      claim('file', file.path, file, file.path),
      ...(file.link === undefined ? [] : [claim('path', file.link, file.path, file.path, '@link')]),
    ]),
    ...(part.links ?? []).map((link) => claim('path', link.path, link.target, `links${link.path}`)),
    ...(part.directories ?? []).map((directory) =>
      claim('path', directory.path, accessOf(directory), `directories${directory.path}`),
    ),
    ...(part.units ?? []).map((unit) => claim('unit', unit.name, unit, unit.name)),
    ...(part.users ?? []).flatMap((user) => [
      claim('user', user.name, user, `users/${user.name}`),
      claim('user id', String(user.uid), user.name, `users/${user.name}`, 'uid'),
      claim('group id', String(user.gid), user.name, `users/${user.name}`, 'gid'),
    ]),
    ...(part.checks ?? []).map((check) => claim('health check', check.name, check, `health/${check.name}`)),
    ...(part.certificates ?? []).map((certificate) =>
      claim('certificate', certificate.name, certificate, `certificates/${certificate.name}`),
    ),
  ];
}

/** One module may mark a directory as state that another only creates. */
function accessOf({ mode, owner, group }: DirectoryPlan): unknown {
  return { mode, owner, group };
}
