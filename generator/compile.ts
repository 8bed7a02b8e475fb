import { describeClash, describeMisplaced } from './explain/clash.ts';
import type { HostIp } from './model/brand.ts';
import type { BuildRecord } from './model/build-record.ts';
import { andThen, conclude, type Diagnostic, type Result, succeed } from './model/diagnostic.ts';
import type { Facts } from './model/facts.ts';
import { append } from './model/multimap.ts';
import type { Clash, PlannedHost, SitePlan } from './model/plan.ts';
import { hostsText, type Site, type SiteHosts } from './model/site.ts';
import { siteRecord } from './model/site-record.ts';
import { modules } from './modules/index.ts';
import { hostNames, vocabulary } from './modules/vocabulary.ts';
import { check, checkPorts } from './stages/check.ts';
import { distinctHosts } from './stages/distinct-hosts.ts';
import { checkLeaving, siteRecordOf } from './stages/leaving.ts';
import { parse } from './stages/parse.ts';
import { gatherFacts, planHost, planSite } from './stages/plan.ts';
import { resolve } from './stages/resolve.ts';
import { sha256Of } from './text/digest.ts';

/*
 * The recipe of every command that reads an inventory: read, resolve, files, check, plan. All of it is pure. The last
 * step, render, needs keys and images; several threads render the hosts (emit/host-emitter.ts).
 */

/** The texts of files that an inventory names, by the name as written; files that do not exist are left out. */
export type ReadFiles = (names: readonly string[]) => Result<ReadonlyMap<string, string>>;

/** The site with the name that it has already, whatever its file is called now. */
export type NameSite = (site: SiteHosts) => Result<SiteHosts>;

/** A site, its facts and its plan: all that is needed to render its hosts. */
export type Compiled = { readonly site: Site; readonly facts: Facts; readonly plan: SitePlan };

const noFiles: ReadFiles = () => succeed(new Map());

/** Compiles the text of an inventory to a plan. */
export function compile(
  text: string,
  file: string,
  siteName: string,
  readFiles: ReadFiles = noFiles,
): Result<Compiled> {
  return andThen(readSite(text, file, siteName, readFiles), compileSite);
}

/** Read, resolve, files: the site that an inventory describes, with the files that it names. */
export function readSite(
  text: string,
  file: string,
  siteName: string,
  readFiles: ReadFiles = noFiles,
  nameSite: NameSite = succeed,
): Result<Site> {
  const inventory = parse(text, file);
  const site = andThen(inventory, (value) => resolve(value, siteName, vocabulary));
  return andThen(andThen(site, nameSite), (value) => addFiles(value, text, readFiles));
}

/** Check, plan: the rest of {@link compile}. */
export function compileSite(site: Site): Result<Compiled> {
  return andThen(checkSite(site), (facts) => succeed({ site, facts, plan: planSite(site, modules, facts) }));
}

/**
 * Check: all diagnostics of a site, and the facts of its modules. One host of each kind is planned, to find conflicts
 * between modules; `checkPlans` reports them.
 */
export function checkSite(site: Site): Result<Facts> {
  const found: Diagnostic[] = [...check(site, modules), ...checkLeaving(site, modules)];
  if (found.some((diagnostic) => diagnostic.severity === 'error')) return { ok: false, diagnostics: found };
  const facts = gatherFacts(site, modules);
  const planned = distinctHosts(site, modules, hostNames).map((host) => planHost(host, site, modules, facts));
  return conclude(facts, [...found, ...checkPorts(site, modules, facts), ...checkPlans(planned, site)]);
}

/** The conflicts in plans of hosts, and directories at wrong paths; each cause once, at its first host. */
export function checkPlans(hosts: readonly PlannedHost[], site: Site): Diagnostic[] {
  const compiler = { modules, rows: vocabulary.rows };
  const misplaced = hosts.flatMap((host) => host.misplaced);
  const isReported = (clash: Clash) =>
    clash.what === 'path' && misplaced.some(({ ip, path }) => ip === clash.ip && path === clash.name);
  const clashes = hosts.flatMap((host) => host.clashes).filter((clash) => !isReported(clash));
  return [
    ...oncePerCause(clashes, (one, text) => describeClash(one, text, site, compiler)),
    ...oncePerCause(misplaced, (one, text) => describeMisplaced(one, text, site, compiler)),
  ];
}

/** Tracing a cause plans the host again many times: once is enough for hosts with the same problem. */
function oncePerCause<T extends { readonly ip: HostIp }>(
  found: readonly T[],
  describe: (one: T, hosts: string) => Diagnostic,
): Diagnostic[] {
  const byCause = new Map<string, T[]>();
  for (const one of found) append(byCause, JSON.stringify({ ...one, ip: '' }), one);
  return [...byCause.values()].flatMap(([first, ...others]) =>
    first ? [describe(first, hostsText(first.ip, others.length > 0 ? 'some' : 0))] : [],
  );
}

function addFiles(site: SiteHosts, text: string, readFiles: ReadFiles): Result<Site> {
  const named = modules.flatMap((module) => module.files?.(site) ?? []);
  const names = [...new Set([...named, siteRecord.nameOf(site)])].sort();
  return andThen(readFiles(names), (files) => {
    const read: Site = { ...site, files, digest: () => digestOf(read, text) };
    return succeed(read);
  });
}

/** A build changes its records: what they will say counts, not what they said. */
function digestOf(site: Site, text: string): string {
  const records = recordsOf(site).map(({ name, text }): [string, string] => [name, text]);
  const inputs = [...new Map([...site.files, ...records])].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Of(JSON.stringify([text, ...inputs]));
}

/** What a build of the site leaves beside the inventory. */
export function recordsOf(site: Site): readonly BuildRecord[] {
  const own = siteRecord.write(site, siteRecordOf(site, modules));
  return [...modules.flatMap((module) => module.record?.(site) ?? []), own];
}
