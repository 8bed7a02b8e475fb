import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Site } from '../../../model/site.ts';
import { clusters, isPgsqlHost, type PgsqlMember } from '../members.ts';
import { checkAbsent } from './absent-checks.ts';
import { checkBackups } from './backup-checks.ts';
import { checkBaselines } from './baseline-checks.ts';
import { checkCapacity } from './capacity-checks.ts';
import { checkCitus } from './citus-checks.ts';
import { checkEngines } from './engine-checks.ts';
import { checkEntries } from './entry-checks.ts';
import { checkForeign } from './foreign-checks.ts';
import { checkHba } from './hba-checks.ts';
import { checkHbaNames } from './hba-name-checks.ts';
import { checkLocales } from './locale-checks.ts';
import {
  checkIdentity,
  checkListen,
  checkMembership,
  checkPrimary,
  checkSameValues,
  checkSequences,
} from './member-checks.ts';
import { checkNames } from './name-checks.ts';
import { checkPackages, pendingPackages } from './package-checks.ts';
import { checkPasswords } from './password-checks.ts';
import { checkPaths } from './path-checks.ts';
import { checkPatroni } from './patroni-checks.ts';
import { checkRecord, checkRest } from './record-checks.ts';
import { checkReferences } from './reference-checks.ts';
import { checkReleases } from './release-checks.ts';
import { checkRoles } from './role-checks.ts';
import { checkPool, checkServices } from './service-checks.ts';
import { checkServiceSources } from './service-source-checks.ts';
import { checkSessionSettings } from './session-setting-checks.ts';
import { checkSettings } from './setting-checks.ts';
import { checkStore } from './store-checks.ts';
import { checkUpstream } from './upstream-checks.ts';

/** Checks identity, access, references and capacity of every cluster. */
export function checkPgsql(site: Site): Diagnostic[] {
  const engines = checkEngines(site);
  // Packages, libraries and versions of another engine are no mistakes of their own.
  if (engines.length > 0) return engines;
  return [
    ...site.hosts.flatMap(checkMembership),
    ...site.hosts.filter(isPgsqlHost).flatMap(checkIdentity),
    ...clusters(site).flatMap((own) => {
      return [
        ...checkSequences(own),
        ...checkPrimary(own),
        ...checkListen(own),
        ...checkPatroni(site, own),
        ...checkServices(own),
        ...checkContent(own, site),
        ...own.flatMap((member) => checkBackups(member, site)),
        ...own.flatMap(checkPaths),
        ...checkHba(site, own),
        ...checkServiceSources(own, site),
        ...checkUpstream(site, own),
        ...checkEntries(site, own),
        ...checkSameValues(own),
        ...checkSettings(own),
        ...checkCapacity(own),
      ];
    }),
    ...checkRecord(site),
    ...checkRest(site),
    ...checkReleases(site),
    ...checkRoles(site),
    ...pendingPackages(site),
    ...checkCitus(site),
    ...checkStore(site),
    ...checkForeign(site),
  ];
}

/** Checks what the variables of a cluster refer to. They are the same for all members, so one member is enough. */
function checkContent([first]: readonly PgsqlMember[], site: Site): Diagnostic[] {
  if (!first) return [];
  return [
    ...checkNames(first),
    ...checkAbsent(first),
    ...checkReferences(first, site),
    ...checkPasswords(first, site),
    ...checkHbaNames(first, site),
    ...checkLocales(first),
    ...checkSessionSettings(first),
    ...checkPool(first),
    ...checkPackages(first),
    ...checkBaselines(first, site.files),
  ];
}
