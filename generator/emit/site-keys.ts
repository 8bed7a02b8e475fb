import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expiryOf } from '../effects/certificates.ts';
import { readSmallIfExists } from '../effects/files.ts';
import { expiryWarnings, type Keys, openKeys } from '../effects/key-ring.ts';
import { Unreachable } from '../model/brand.ts';
import type { Diagnostic, Result } from '../model/diagnostic.ts';
import type { Expiry } from '../model/keys.ts';
import { settingsOf } from '../model/module.ts';
import type { Site } from '../model/site.ts';
import { daysOf } from '../text/days.ts';

/** The time, and the environment, in which `SOURCE_DATE_EPOCH` may set another one. */
export type Clock = { readonly now: Date; readonly environment: NodeJS.ProcessEnv };

/**
 * The keys of a site. `SOURCE_DATE_EPOCH` (reproducible-builds.org specification) is the time at which certificates are
 * compared with their validity and issued: with it, a build of the same inventory, lock and keys gives the same bytes on
 * any day.
 */
export function openSiteKeys(site: Site, { now, environment }: Clock): Promise<Result<Keys>> {
  const [first] = site.hosts;
  if (!first) throw new Unreachable('a site without hosts');
  const { ca_cn: caName, cert_validity: validity } = settingsOf(first);
  const epoch = environment.SOURCE_DATE_EPOCH;
  const isSet = epoch !== undefined && /^\d{1,11}$/.test(epoch);
  return openKeys(keyDirectory(site), {
    caName,
    validityDays: daysOf(validity),
    now: isSet ? new Date(Number(epoch) * 1000) : now,
  });
}

/** `<inventory-stem>.pki/`, beside the inventory. */
export function keyDirectory(site: Pick<Site, 'name' | 'inventoryFile'>): string {
  return join(dirname(site.inventoryFile), `${site.name}.pki`);
}

/** Warnings for certificates of the last build that expire soon. `names` has those that hosts still use. */
export async function lastBuildWarnings(
  site: Site,
  { names, now }: { names: () => ReadonlySet<string>; now: Date },
): Promise<Diagnostic[]> {
  const directory = keyDirectory(site);
  const files = await readdir(directory).catch(() => []);
  const due = files.flatMap((file) => dueExpiry(directory, file, now));
  if (due.length === 0) return [];
  const used = names();
  return expiryWarnings(
    due.filter(({ name }) => name === 'ca' || used.has(name)),
    now,
  );
}

function dueExpiry(directory: string, file: string, now: Date): Expiry[] {
  if (!file.endsWith('.crt')) return [];
  const text = readSmallIfExists(join(directory, file));
  if (text === undefined) return [];
  try {
    const expiry = expiryOf(file.slice(0, -'.crt'.length), text);
    return expiry.reported <= now ? [expiry] : [];
  } catch {
    return []; // `build` says what is wrong with it
  }
}
