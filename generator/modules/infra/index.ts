import { isInfraHost } from '../../model/infra.ts';
import { defineModule, settingsOf } from '../../model/module.ts';
import { isCarried } from './carried.ts';
import { infraHostOf } from './hosts.ts';
import { infraOffers } from './offers.ts';
import { rows } from './params.ts';
import { infraImages, infraPorts, planInfra } from './plan.ts';
import { checkInfra } from './rules.ts';

export const infra = defineModule({
  name: 'infra',
  rows,
  recipes: [
    'nginx',
    'nginx-exporter',
    'dnsmasq',
    'prometheus',
    'alertmanager',
    'pushgateway',
    'blackbox',
    'grafana',
    'victoria-logs',
    'haproxy',
    'journal',
  ],
  isOn: (host) => isInfraHost(host) && host.parameters.values.infra_seq !== undefined,
  instance: (host, site) => {
    const self = infraHostOf(host, site);
    return self && { instance: self.instance };
  },
  labels: (host, site) => ({ cls: 'infra', ins: infraHostOf(host, site)?.instance ?? 'infra' }),
  check: checkInfra,
  readsSecret: (host, parameter) =>
    !parameter.startsWith('grafana_') || isCarried('grafana', settingsOf(host)),
  offer: infraOffers,
  images: infraImages,
  ports: infraPorts,
  plan: planInfra,
});
