import type { Facts } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import { DnsRecord } from '../../model/monitoring.ts';
import { append } from '../../model/multimap.ts';
import type { FilePlan, FileSource } from '../../model/plan.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { byFacts } from './by-facts.ts';
import type { InfraHost } from './hosts.ts';

/*
 * dnsmasq answers for the names of the site, and passes all other queries on to the name servers of its host. Names are in
 * files that it reads again at a reload (dnsmasq(8), --addn-hosts).
 */
const CONFIG = 'etc/dnsmasq/dnsmasq.conf';
const HOSTS = 'etc/dnsmasq/hosts';
const UNIT = 'dnsmasq.service';

export function dnsContribution(self: InfraHost, facts: Facts): Contribution {
  const { settings } = self;
  if (!settings.dns_enabled) return {};
  const records = recordFiles(facts);
  const view = { address: self.host.ip, port: settings.dns_port, hosts: `/etc/pigsty/current/${HOSTS}` };
  return {
    users: [account()],
    files: [
      file(CONFIG, { kind: 'template', template: 'infra/dnsmasq.conf.ejs', view }),
      ...records,
      unitFile(UNIT, 'infra/dnsmasq.service.ejs', {
        root: { $image: 'dnsmasq' },
        instance: self.instance,
        hasLowPort: settings.dns_port < 1024,
      }),
    ],
    units: [
      unitPlan(UNIT, {
        image: 'dnsmasq',
        restartOn: [CONFIG],
        reloadOn: records.map(({ path }) => path),
      }),
    ],
  };
}

function account() {
  const nowhere = { home: '/run/dnsmasq', shell: '/usr/sbin/nologin' };
  return { name: 'dnsmasq', uid: 375, gid: 375, ...nowhere, gecos: 'DNS server', groups: [] };
}

/** A file for the records that come and go together. */
const recordFiles = byFacts((facts: Facts): readonly FilePlan[] => {
  const files = new Map<string, string[]>();
  for (const { file: name, ip, names } of facts.all(DnsRecord))
    append(files, name, `${ip} ${names.join(' ')}`);
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, lines]) => file(`${HOSTS}/${name}`, { kind: 'text', lines }));
});

function file(path: string, source: FileSource): FilePlan {
  return { path, mode: 0o644, group: 'dnsmasq', source };
}
