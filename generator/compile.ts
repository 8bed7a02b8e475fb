import type { Diagnostic, Result } from './model/diagnostic.ts';
import { conclude } from './model/diagnostic.ts';
import type { Facts } from './model/facts.ts';
import type { SitePlan } from './model/plan.ts';
import type { Site } from './model/site.ts';
import { modules } from './modules/index.ts';
import { vocabulary } from './modules/vocabulary.ts';
import { check, checkPorts } from './stages/check.ts';
import { parse } from './stages/parse.ts';
import { gatherFacts, plan } from './stages/plan.ts';
import { resolve } from './stages/resolve.ts';

export type Compiled = { readonly site: Site; readonly plan: SitePlan };

/** From text to plan: parse, resolve, check, plan. Pure; what needs keys, locks or images comes after. */
export function compile(
  text: string,
  file: string,
  siteName: string,
  files: ReadonlyMap<string, string> = new Map(),
): Result<Compiled> {
  const site = readSite(text, file, siteName);
  if (!site.ok) return site;
  const compiled = compileSite({ ...site.value, files });
  return { ...compiled, diagnostics: [...site.diagnostics, ...compiled.diagnostics] };
}

/** The first half: parse and resolve. Its value says which files the second half wants to have read. */
export function readSite(text: string, file: string, siteName: string): Result<Site> {
  const inventory = parse(text, file);
  if (!inventory.ok) return inventory;
  const site = resolve(inventory.value, siteName, vocabulary);
  return { ...site, diagnostics: [...inventory.diagnostics, ...site.diagnostics] };
}

/** Names of the files that the inventory's parameters name, each once. */
export function namedFiles(site: Site): string[] {
  return [...new Set(modules.flatMap((module) => module.files?.(site) ?? []))].sort();
}

/** The second half: check and plan. */
export function compileSite(site: Site): Result<Compiled> {
  const checked = checkSite(site);
  if (!checked.ok) return checked;
  return { ...checked, value: { site, plan: plan(site, modules, checked.value) } };
}

/** Everything that can be wrong with a site, without its plan; what modules tell each other comes of it. */
export function checkSite(site: Site): Result<Facts> {
  const found: Diagnostic[] = check(site, modules);
  if (found.some((diagnostic) => diagnostic.severity === 'error')) return { ok: false, diagnostics: found };
  const facts = gatherFacts(site, modules);
  return conclude(facts, [...found, ...checkPorts(site, modules, facts)]);
}
