import type { SettingsOf } from '../../model/settings.ts';
import { section } from '../params-section.ts';
import { Flag, oneOf, pattern, Texts } from '../schemas.ts';

const ImageArchives = pattern(
  /^(?!.*\/\.\.(?:\/|$))\/[A-Za-z0-9._@+=,/*?-]*$/,
  'an absolute path, as /tmp/docker or /tmp/docker/*.tgz',
);

// biome-ignore format: a table, one parameter per row
export const rows = section('DOCKER', [
  { id: 401, name: 'docker_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'run the Docker engine on this host' },
  { id: 402, name: 'docker_cgroups_driver', level: 'C', schema: oneOf('systemd', 'cgroupfs'), default: 'systemd',
    meaning: 'cgroup driver' },
  { id: 403, name: 'docker_registry_mirrors', level: 'C', schema: Texts, default: [],
    meaning: 'registries to use before the public one' },
  { id: 404, name: 'docker_image_cache', level: 'C', schema: ImageArchives, default: '/tmp/docker',
    meaning: 'image archives that are loaded at setup: a directory, or a path with * in it',
    note: 'Pigsty loads /tmp/docker/*.tgz whatever is set here' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
