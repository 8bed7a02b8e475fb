import type { ProxyService } from '../../model/facts.ts';
import { type Contribution, settingsOf } from '../../model/module.ts';
import type { FilePlan, PortUse } from '../../model/plan.ts';
import type { SiteHost } from '../../model/site.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

const UNIT = 'demo.service';
const CONFIG = 'etc/demo/demo.conf';

export function planDemo(host: SiteHost): Contribution {
  const { demo_user: name, demo_mode: mode = 'quiet' } = settingsOf(host);
  // A value of a listed word is known as such: with a plain string this would not compile.
  const volume = { quiet: 0, loud: 10 }[mode];
  const config: FilePlan = {
    path: CONFIG,
    mode: 0o600,
    group: name,
    source: {
      kind: 'ini',
      sections: [
        {
          name: 'demo',
          entries: [
            ['volume', volume],
            ['password', { $secret: 'demo_password', as: 'plain' }],
          ],
        },
      ],
    },
  };
  return {
    users: [{ name, uid: 390, gid: 390, home: '/', shell: '/usr/sbin/nologin', gecos: 'demo', groups: [] }],
    files: [config, unitFile(UNIT, `demo/${UNIT}.ejs`, { root: { $image: 'demo' }, user: name })],
    units: [unitPlan(UNIT, { image: 'demo', restartOn: [CONFIG] })],
  };
}

export function demoPorts(host: SiteHost): PortUse[] {
  return [{ port: settingsOf(host).demo_port, addresses: [host.ip], unit: UNIT, parameter: 'demo_port' }];
}

export function demoService(host: SiteHost): ProxyService {
  const { demo_port: port } = settingsOf(host);
  return {
    declared: { parameter: 'demo_port' },
    name: 'demo',
    title: 'demonstration',
    address: '*',
    port: port + 1,
    mode: 'tcp',
    maxConnections: 10,
    balance: 'roundrobin',
    options: [],
    defaultServer: 'inter 1s',
    servers: [{ name: 'demo', address: host.ip, port, options: 'check' }],
  };
}
