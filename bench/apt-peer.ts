import { join } from 'node:path';
import type { LockedPackage } from '../generator/model/lock.ts';
import type { Workshop } from '../test/support/product.ts';
import type { Requirement } from '../test/support/requirements.ts';
import { ensureRootfs } from '../test/support/rootfs.ts';
import { makeRepository } from './apt-repository.ts';
import { forPeers, lockedPlatform, machineCache } from './locked-site.ts';

/** The program that creates the repository. */
export const APT_FTPARCHIVE: Requirement = { tool: 'apt-ftparchive', package: 'apt-utils' };

export type Offer = {
  /** Directory of a flat repository, to copy to /repo on a node. */
  readonly repository: string;
  /** Packages to install, as arguments of apt-get install. */
  readonly names: string;
};

/**
 * A repository with the requested packages of the site's images and all dependencies that a bare Debian 13 node lacks.
 */
export async function offerPackages(workshop: Workshop, directory: string): Promise<Offer> {
  const packages = (await lockedPlatform(workshop)).packages;
  const wanted = askedFor(packages);
  const repository = join(directory, 'repo');
  await makeRepository({
    wanted: wanted.map(({ name, version }) => `${name}=${version}`),
    locked: packages,
    status: join(await ensureRootfs('trixie'), 'var/lib/dpkg/status'),
    cache: machineCache,
    directory: repository,
  });
  return { repository, names: wanted.map(({ name }) => name).join(' ') };
}

/** The packages that are requested by name, without those of the base image. */
function askedFor(packages: readonly LockedPackage[]): readonly LockedPackage[] {
  return forPeers(packages).filter(({ askedBy }) => {
    return askedBy !== 'dependency' && !askedBy.startsWith('images/base.yml');
  });
}

/**
 * Shell: makes /repo the only package source of the node. Install scripts start no services and create no cluster,
 * because that would slow down the peer.
 */
export const PREPARE = `
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/repo ./' >/etc/apt/sources.list
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/bench.conf
`;

/** Shell, after {@link PREPARE} and `apt-get update`: installs `$PACKAGES`. */
export const INSTALL = `DEBIAN_FRONTEND=noninteractive \
apt-get install -q -y --no-install-recommends $PACKAGES >/root/apt.log 2>&1 || { tail -n 20 /root/apt.log; exit 1; }`;
