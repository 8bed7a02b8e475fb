import { offer, ProxyListener } from '../../model/facts.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { rows } from './params.ts';
import { demoPorts, demoService, planDemo } from './plan.ts';

export const demo = defineModule({
  name: 'demo',
  rows,
  isOn: (host) => settingsOf(host).demo_enabled,
  offer: (site) => [
    offer(
      ProxyListener,
      site.hosts
        .filter((host) => settingsOf(host).demo_enabled)
        .map((host) => ({ ip: host.ip, service: demoService(host) })),
    ),
  ],
  images: () => [{ name: 'demo', recipe: 'demo', arguments: {}, packages: [] }],
  ports: demoPorts,
  plan: planDemo,
});
