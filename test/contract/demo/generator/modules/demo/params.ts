import type { SettingsOf } from '../../model/settings.ts';
import { section } from '../params-section.ts';
import { Flag, oneOf, Password, Port, SystemUser } from '../schemas.ts';

// biome-ignore format: a table, one parameter per row
export const rows = section('DEMO', [
  { name: 'demo_enabled', level: 'C', schema: Flag, default: false,
    meaning: 'run the demonstration on this host' },
  { name: 'demo_port', level: 'C', schema: Port, default: 7000,
    meaning: 'port that it listens on' },
  { name: 'demo_user', level: 'C', schema: SystemUser, default: 'demo',
    meaning: 'account that it runs as' },
  { name: 'demo_mode', level: 'C', schema: oneOf('quiet', 'loud'),
    meaning: 'how much it says' },
  { name: 'demo_password', level: 'C', schema: Password, default: 'Demo.Word', secret: true,
    meaning: 'password that it asks for' },
]);

declare module '../../model/settings.ts' {
  interface Settings extends SettingsOf<typeof rows> {}
}
