import { assertNever } from '../model/brand.ts';
import type { Contribution } from '../model/module.ts';
import type { FilePlan, FileSource, HostPlan, ModuleImage, SitePromise } from '../model/plan.ts';
import { isSecretRef } from '../model/secret.ts';

/** One plain value of a plan. */
export type PlanLeaf = {
  /** The file, unit or other item that it belongs to: `etc/hosts`, `patroni.service`, `users/postgres`, `host`. */
  readonly item: string;
  /** Its path in the item, as users write it: `bootstrap.dcs.ttl`, a line number, `@mode` for the mode of the file. */
  readonly path: string;
  readonly value: string | number | boolean | null;
  /** The name of the secret, if the value is one. */
  readonly secret?: string;
  /** Stable between two plans: list items are identified by their name or text, not by their position. */
  readonly id: string;
};

/** One item of a plan; `text` differs if its content differs. */
export type PlanItem = { readonly name: string; text(): string; leaves(): PlanLeaf[] };

type PlanPart = Contribution &
  Partial<Pick<HostPlan, 'ports'>> & { readonly images?: readonly ModuleImage[] };
type Inner = Omit<PlanLeaf, 'item'>;

/** All items of a host's plan and promises. */
export function planItems(plan: HostPlan, promises: readonly SitePromise[]): PlanItem[] {
  const { ip, name, setsHostName, os, timezone } = plan;
  const host = { ip, name, setsHostName, os, timezone };
  return [itemOf('host', host, () => leavesIn(host)), ...partItems(plan, promises)];
}

/** The items that one module adds. */
export function partItems(part: PlanPart, promises: readonly SitePromise[]): PlanItem[] {
  return [
    ...(part.files ?? []).map((file) => itemOf(file.path, file, () => fileLeaves(file))),
    ...each(part.units, '', 'name'),
    ...each(part.images, 'images/', 'name'),
    ...each(part.users, 'users/', 'name'),
    ...each(part.directories, 'directories', 'path'),
    ...each(part.links, 'links', 'path'),
    ...each(part.ports, 'ports/', 'port'),
    ...each(part.checks, 'health/', 'name'),
    ...each(part.certificates, 'certificates/', 'name'),
    ...each(part.sshKeys, 'sshKeys/', 'name'),
    ...each(promises, 'promises/', 'cluster'),
  ];
}

/** Items that are identified by one key. */
function each<K extends string>(
  things: readonly { readonly [key in K]: string | number }[] = [],
  prefix: string,
  key: K,
): PlanItem[] {
  return things.map((thing) => itemOf(`${prefix}${thing[key]}`, thing, () => leavesIn(thing)));
}

function itemOf(name: string, thing: object, inner: () => Inner[]): PlanItem {
  const leaves = () => inner().map((leaf) => ({ ...leaf, item: name }));
  return { name, text: () => JSON.stringify(thing), leaves };
}

/** Content of the file by its path, attributes of the file with an `@`. */
function fileLeaves({ source, ...attributes }: FilePlan): Inner[] {
  const { content, rest } = split(source);
  return [...leavesIn({ ...attributes, ...rest }, '@'), ...content];
}

function split(source: FileSource): { readonly content: readonly Inner[]; readonly rest: object } {
  switch (source.kind) {
    case 'template':
    case 'measured': {
      const { view, ...rest } = source;
      return { content: leavesIn(view), rest };
    }
    case 'yaml': {
      const { data, ...rest } = source;
      return { content: leavesIn(data), rest };
    }
    case 'ini': {
      const { sections, ...rest } = source;
      return { content: sections.flatMap(({ name, entries }) => iniLeaves(name, entries)), rest };
    }
    case 'text': {
      const { lines, ...rest } = source;
      return { content: lines.flatMap((line, index) => lineLeaves(line, String(index + 1))), rest };
    }
    case 'certificate':
    case 'ca':
    case 'revocations':
    case 'ssh-key':
    case 'asset':
      return { content: [], rest: source };
    default:
      return assertNever(source);
  }
}

type IniEntries = Extract<FileSource, { kind: 'ini' }>['sections'][number]['entries'];

function iniLeaves(section: string, entries: IniEntries): Inner[] {
  return entries.flatMap((entry, index) => {
    if (typeof entry === 'string') return lineLeaves(entry, `${section}[${index}]`);
    const [key, value] = entry;
    return leavesIn(value, `${section}.${key}`);
  });
}

function lineLeaves(line: unknown, path: string): Inner[] {
  return leavesIn(line, path).map((leaf) => ({ ...leaf, id: `=${leaf.value}` }));
}

function leavesIn(value: unknown, path = '', id = path): Inner[] {
  if (isSecretRef(value)) return [{ path, id, value: '<secret>', secret: value.$secret }];
  if (Array.isArray(value)) {
    const isNamed = hasNames(value);
    return value.flatMap((item: unknown, index) => {
      if (typeof item !== 'object' || item === null)
        return leavesIn(item, `${path}[${index}]`, `${id}=${item}`);
      const step = `[${isNamed ? (item as { name: string }).name : index}]`;
      return leavesIn(item, path + step, id + step);
    });
  }
  if (typeof value !== 'object' || value === null) return [{ path, id, value: value as PlanLeaf['value'] }];
  const dot = path === '' || path === '@' ? '' : '.';
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'place' ? [] : leavesIn(item, `${path}${dot}${key}`, `${id}${dot}${key}`),
  );
}

/** Whether every object of a list has a unique name. */
function hasNames(items: readonly unknown[]): boolean {
  const names = items.flatMap((item) =>
    typeof item === 'object' && item !== null && 'name' in item ? [item.name] : [],
  );
  return names.length === items.length && new Set(names).size === names.length;
}
