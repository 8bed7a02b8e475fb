import { distributionOf, distributions } from '../../../distributions/index.ts';
import { settingsOf } from '../../../model/module.ts';
import type { Settings } from '../../../model/settings.ts';
import type { SiteHost } from '../../../model/site.ts';

/**
 * Which PostgreSQL a member runs and which distribution release its image comes from. `basis` is the reason: the version is
 * `set` and its platform (or an archive of the inventory) has it, it is `unset`, only another release has it
 * (`elsewhere`), or no release that may be used has it (`nowhere`).
 */
export type Release = {
  readonly version: number;
  readonly platform: string;
  readonly basis: 'set' | 'unset' | 'elsewhere' | 'nowhere';
};

/** The release of a host's member. A platform that the inventory names for this image is the only one. */
export function releaseOf(host: SiteHost): Release {
  const settings = settingsOf(host);
  const { pg_version: version, image_platforms: named } = settings;
  const platform = named.postgres ?? settings.image_platform;
  const { majors } = distributionOf(platform).postgres;
  if (!isSet(host)) return { version: majors[0], platform, basis: 'unset' };
  if (majors.includes(version) || sourcesFor(platform, settings).length > 0)
    return { version, platform, basis: 'set' };
  const other = named.postgres === undefined ? platformsWithVersion(version)[0] : undefined;
  return { version, platform: other ?? platform, basis: other === undefined ? 'nowhere' : 'elsewhere' };
}

function isSet({ parameters }: SiteHost): boolean {
  return parameters.origin('pg_version').scope !== 'default';
}

/** The platforms that have a major version, in the order of the registry. */
export function platformsWithVersion(version: number): string[] {
  return distributions.flatMap(({ name, postgres }) => (postgres.majors.includes(version) ? [name] : []));
}

/** The archives of the inventory for one platform; an archive without a platform is for `image_platform`. */
function sourcesFor(platform: string, { image_sources, image_platform }: Settings) {
  return image_sources.filter((source) => (source.platform ?? image_platform) === platform);
}

/** A host's settings with the release of its PostgreSQL image instead of the declared one. */
export function withRelease(host: SiteHost): Settings {
  const settings = settingsOf(host);
  const { version, platform } = releaseOf(host);
  const sources = sourcesFor(platform, settings);
  const isDeclared =
    version === settings.pg_version &&
    platform === settings.image_platform &&
    sources.length === settings.image_sources.length;
  if (isDeclared) return settings;
  return Object.create(settings, {
    pg_version: { value: version },
    image_platform: { value: platform },
    image_sources: { value: sources },
  });
}
