import type { SettingsOf } from '../../model/settings.ts';
import { bootstrap } from './params/bootstrap.ts';
import { business, identity, install } from './params/cluster.ts';
import { backup, exporter, provision, service } from './params/service.ts';

export const rows = [
  ...identity,
  ...business,
  ...install,
  ...bootstrap,
  ...provision,
  ...backup,
  ...service,
  ...exporter,
];

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
