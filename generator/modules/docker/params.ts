import type { SettingsOf } from '../../model/settings.ts';
import { section } from '../params-section.ts';
import { AbsolutePath, Flag, oneOf, Texts } from '../schemas.ts';

// biome-ignore format: a table, one parameter per row
export const rows = section('DOCKER', [
  { id: 401, name: 'docker_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'run the Docker engine on this host' },
  { id: 402, name: 'docker_cgroups_driver', level: 'C', schema: oneOf('systemd', 'cgroupfs'), default: 'systemd',
    meaning: 'cgroup driver' },
  { id: 403, name: 'docker_registry_mirrors', level: 'C', schema: Texts, default: [],
    meaning: 'registries to use before the public one' },
  { id: 404, name: 'docker_image_cache', level: 'C', schema: AbsolutePath, default: '/tmp/docker',
    meaning: 'directory whose image archives are loaded at setup',
    note: 'Pigsty loads /tmp/docker/*.tgz whatever is set here' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
