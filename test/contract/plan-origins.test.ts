import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLeaves, planText } from '../../generator/cli/explain-plan.ts';
import { readSite } from '../../generator/compile.ts';
import { type PlanLeaf, planItems } from '../../generator/explain/plan-leaves.ts';
import { type TracedLeaf, traceLeaves } from '../../generator/explain/plan-origins.ts';
import type { SiteInput } from '../../generator/explain/site-inputs.ts';
import type { Path, Place } from '../../generator/model/origin.ts';
import type { FileSource, HostPlan } from '../../generator/model/plan.ts';
import type { Site, SiteHost } from '../../generator/model/site.ts';
import { modules } from '../../generator/modules/index.ts';
import { vocabulary } from '../../generator/modules/vocabulary.ts';
import { gatherFacts, planHost } from '../../generator/stages/plan.ts';
import { root } from '../support/product.ts';

/* Every leaf of a plan has its origins, `explain` prints them, and no other input changes it. */
const declared = '    node_cpu: 8\n    node_mem_mb: 32000\n    node_disk_bytes: 500000000000\n';
const sites = {
  meta: { file: 'blueprints/meta.yml', host: '10.10.10.10', more: '' },
  'meta-declared': { file: 'blueprints/meta.yml', host: '10.10.10.10', more: declared },
  trio: { file: 'blueprints/trio.yml', host: '10.10.10.12', more: '' },
  dual: { file: 'blueprints/dual.yml', host: '10.10.10.11', more: '' },
  foreign: { file: 'test/oracle/foreign/site.yml', host: '10.10.10.10', more: '' },
} as const;

function read(text: string): Site {
  const site = readSite(text, 'pigsty.yml', 'sample');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
  return site.value;
}

function hostOf(site: Site, ip: string): SiteHost {
  const host = site.hosts.find((one) => one.ip === ip);
  if (!host) throw new Error(`no host ${ip}`);
  return host;
}

function planOf(site: Site, ip: string): HostPlan {
  return planHost(hostOf(site, ip), site, modules, gatherFacts(site, modules)).plan;
}

/** What `--emit plan` prints, its plain values counted; a secret by reference is one, places are none. */
function countLeaves(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if ('$secret' in value) return 1;
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'place' ? 0 : countLeaves(item)),
    0,
  );
}

/** What the inventory sets to a text or number that is hardly elsewhere by chance -> all parameters that hold it. */
function distinctive(site: Site): Map<unknown, Set<string>> {
  const found = new Map<unknown, Set<string>>();
  for (const { leaf } of settingsOf(site)) {
    if (String(leaf).length > 5 && !site.hosts.some(({ ip }) => ip === leaf)) found.set(leaf, new Set());
  }
  for (const { parameters } of site.hosts) {
    for (const name of vocabulary.rows.keys()) {
      for (const { leaf } of leavesIn(parameters.values[name])) {
        // Names that defaults know are known to modules as well.
        if (parameters.origin(name).scope === 'default') found.delete(leaf);
        else found.get(leaf)?.add(name);
      }
    }
  }
  return found;
}

type SetLeaf = { readonly name: string; readonly leaf: unknown; readonly place: Place };

/** Every plain value that the inventory sets, and where. */
function settingsOf(site: Site): SetLeaf[] {
  const found = new Map<string, SetLeaf>();
  for (const { parameters } of site.hosts) {
    for (const name of vocabulary.rows.keys()) {
      if (parameters.origin(name).scope === 'default') continue;
      for (const { path, leaf } of leavesIn(parameters.values[name])) {
        const place = parameters.place(name, path);
        if (place) found.set(`${place.line}:${place.column}`, { name, leaf, place });
      }
    }
  }
  return [...found.values()];
}

function leavesIn(value: unknown, path: Path = []): { readonly path: Path; readonly leaf: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, leaf: value }];
  return Object.entries(value).flatMap(([key, item]) =>
    leavesIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** What of a file's source is data; the sections of INI files are names of places in there. */
function contentOf(source: FileSource): unknown {
  if (source.kind !== 'ini') return source;
  const entries = source.sections.flatMap((section) =>
    section.entries.map((entry) => (typeof entry === 'string' ? entry : entry[1])),
  );
  return { ...source, sections: entries };
}

const parametersOf = (inputs: readonly SiteInput[]) =>
  inputs.flatMap((input) => (input.kind === 'parameter' ? input.name : []));

/** Numbers from a seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const keyOf = ({ item, id }: PlanLeaf) => `${item} ${id}`;

/** Another value of the same kind, as it stands in YAML. */
function otherWords(leaf: unknown, words: string): string {
  if (typeof leaf === 'boolean') return String(!leaf);
  // Far enough from a port to the next one that is in use: two items of a plan have different names.
  if (typeof leaf === 'number') return String(leaf + 17);
  return words.replace(/(["']?)$/, 'q7$1');
}

/** The inventory with one value changed: one that it sets, or the default of a parameter that it does not. */
function* edits(text: string, site: Site): Generator<{ readonly name: string; readonly text: string }> {
  const lines = text.split('\n');
  for (const { name, leaf, place } of settingsOf(site)) {
    const line = lines[place.line - 1] ?? '';
    const [start, end] = [place.column - 1, place.column - 1 + place.length];
    const edited = line.slice(0, start) + otherWords(leaf, line.slice(start, end)) + line.slice(end);
    yield { name, text: lines.with(place.line - 1, edited).join('\n') };
  }
  for (const { name, default: leaf } of vocabulary.rows.values()) {
    const isSet = site.hosts.some(({ parameters }) => parameters.origin(name).scope !== 'default');
    if (isSet || leaf === undefined || typeof leaf === 'object') continue;
    yield { name, text: `${text}    ${name}: ${otherWords(leaf, JSON.stringify(leaf))}\n` };
  }
}

/** Leaves that are not in the other plan as they are in this; undefined where there is no other plan. */
function changedLeaves(leaves: readonly TracedLeaf[], text: string, ip: string): TracedLeaf[] | undefined {
  const site = readSite(text, 'pigsty.yml', 'sample');
  if (!site.ok) return undefined;
  const after = new Map(
    planItems(planOf(site.value, ip), []).flatMap((item) =>
      item.leaves().map((leaf) => [keyOf(leaf), leaf.value] as const),
    ),
  );
  return leaves.filter((leaf) => !leaf.item.startsWith('promises/') && after.get(keyOf(leaf)) !== leaf.value);
}

describe.each(Object.entries(sites))('the plan of a host of %s', (_, { file, host: ip, more }) => {
  const text = readFileSync(join(root, file), 'utf8') + more;
  const site = read(text);
  const host = hostOf(site, ip);
  const leaves = traceLeaves(host, site, { modules, rows: vocabulary.rows });
  const roll = dice(1);

  it('has an origin for every leaf', () => {
    const traced = leaves.filter(({ item }) => !item.startsWith('promises/'));
    const { certificates, checks, directories, files, images, links, ports, units, users, ...rest } = planOf(
      site,
      ip,
    );
    const shown = { certificates, checks, directories, images, links, ports, units, users, rest };
    const unwrapped = files.map(({ source, ...attributes }) => [attributes, contentOf(source)]);
    expect(traced).toHaveLength(countLeaves(shown) + countLeaves(unwrapped));
    for (const leaf of leaves) {
      const isConstant = leaf.module !== undefined || /pigsty|^host$|^etc\/journal\/labels$/.test(leaf.item);
      expect(leaf.from.length > 0 || isConstant, keyOf(leaf)).toBe(true);
      for (const input of leaf.from) {
        if (input.kind !== 'parameter' || input.host.parameters.origin(input.name).scope === 'default')
          continue;
        expect(input.host.parameters.place(input.name, input.path)?.file, keyOf(leaf)).toBe('pigsty.yml');
      }
    }
    // Rules and pages are the same for every site.
    const own = leaves.filter(({ item }) => !/^(?:etc\/prometheus\/rules|www|etc\/pg_exporter)\//.test(item));
    expect(own.filter(({ from }) => from.length > 0).length).toBeGreaterThan(own.length / 3);
  });

  it('names the right parameter', () => {
    const known = distinctive(site);
    const found = leaves.filter(({ value }) => known.has(value));
    for (const leaf of found) {
      const { value, from } = leaf;
      expect(
        [...(known.get(value) ?? [])].some((name) => parametersOf(from).includes(name)),
        keyOf(leaf),
      ).toBe(true);
    }
    expect(found.length).toBeGreaterThan(10);
  });

  it('names every parameter that changes a value', () => {
    let changes = 0;
    const all = [...edits(text, site)];
    for (let round = 0; round < 60; round += 1) {
      const edit = all[roll(all.length)];
      if (!edit) continue;
      for (const leaf of changedLeaves(leaves, edit.text, ip) ?? []) {
        changes += 1;
        expect(parametersOf([...leaf.from, ...leaf.exists]), `${edit.name} changes ${keyOf(leaf)}`).toContain(
          edit.name,
        );
      }
    }
    expect(changes).toBeGreaterThan(20);
  });

  it('is explained', () => {
    for (let round = 0; round < 40; round += 1) {
      const leaf = leaves[roll(leaves.length)];
      if (!leaf) continue;
      const found = findLeaves(leaves, `${leaf.item}:${leaf.path}`, host);
      expect(found.ok && found.value, keyOf(leaf)).toContain(leaf);
      const said = planText(host, [leaf]);
      const isMode = leaf.path.endsWith('mode') && typeof leaf.value === 'number';
      const value = isMode ? `0${Number(leaf.value).toString(8)}` : JSON.stringify(leaf.value);
      expect(said).toContain(`${leaf.path} = ${value}\n`);
      for (const name of parametersOf(leaf.from)) expect(said).toMatch(new RegExp(`^${name} of .* = `, 'm'));
    }
  });
});
