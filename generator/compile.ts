import type { Diagnostic, Result } from './model/diagnostic.ts';
import { conclude } from './model/diagnostic.ts';
import type { SitePlan } from './model/plan.ts';
import type { Site } from './model/site.ts';
import { modules } from './modules/index.ts';
import { vocabulary } from './modules/vocabulary.ts';
import { check, checkPlan } from './stages/check.ts';
import { parse } from './stages/parse.ts';
import { plan } from './stages/plan.ts';
import { resolve } from './stages/resolve.ts';

export type Compiled = { readonly site: Site; readonly plan: SitePlan };

/** From text to plan: parse, resolve, check, plan. Pure; what needs keys, locks or images comes after. */
export function compile(text: string, file: string, siteName: string): Result<Compiled> {
  const inventory = parse(text, file);
  if (!inventory.ok) return inventory;
  const found: Diagnostic[] = [...inventory.diagnostics];
  const site = resolve(inventory.value, siteName, vocabulary);
  found.push(...site.diagnostics);
  if (!site.ok) return { ok: false, diagnostics: found };
  found.push(...check(site.value, modules));
  if (found.some((diagnostic) => diagnostic.severity === 'error')) return { ok: false, diagnostics: found };
  const sitePlan = plan(site.value, modules);
  return conclude({ site: site.value, plan: sitePlan }, [...found, ...checkPlan(sitePlan)]);
}
