import { rule } from '../diagnostics/rule.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { type Instance, isBuilt, type Module } from '../model/module.ts';
import { append } from '../model/multimap.ts';
import type { Site, SiteHost } from '../model/site.ts';
import { type SiteRecord, siteRecord } from '../model/site-record.ts';

/*
 * Nothing tells a host that the inventory has dropped it, or a cluster: no bundle is built for it. The build says what has
 * left since the last one, and what an operator does there (docs/operations.md).
 */

/** In which order hosts are applied when something leaves one of them. */
const ORDERS = {
  /** Its units go: the agent lets a primary hand over (`retire/` in docs/bundle.md). */
  handsOver: 'apply HOST first, which hands over to another member, then the other hosts',
  /** The same units serve another cluster then. */
  moves: 'on HOST, if it is the primary: patronictl switchover. Then apply HOST, and the other hosts',
  /** Its cluster is gone from all hosts. */
  ends: 'apply the hosts of its replicas first, then that of its primary',
  /** The others remove it first, or nobody shares it. */
  last: 'apply the other hosts first, then HOST',
} as const;
type Order = keyof typeof ORDERS;

const rules = {
  badRecord: rule<{ file: string }>('site/bad-record', {
    severity: 'error',
    message: ({ file }) => `${file} is not a record of the hosts of a site`,
    help: () =>
      'restore it from your backup or from version control; without it, the build does not know which hosts have left',
  }),
  hostLeft: rule<{ ip: string; had: string; isShared: boolean }>('site/host-left', {
    severity: 'notice',
    message: ({ ip, had }) => `host ${ip} is not in the inventory any more${had && `: it had ${had}`}`,
    help: ({ ip, isShared }) =>
      `${isShared ? 'on it, if it is the primary: patronictl switchover. Then build, and' : 'build, and'} apply the hosts that stay. Last, on ${ip} as root: pigsty-agent remove. Its data stays`,
  }),
  stillNamed: rule<{ ip: string; name: string }>('site/left-host-named', {
    severity: 'warning',
    message: ({ ip, name }) => `\`${name}\` names ${ip}, which is not a host of the inventory any more`,
    label: () => 'set here',
    help: () =>
      'name another address: this one is taken for a machine outside of the site that goes on answering',
  }),
  moduleLeft: rule<{ ip: string; instance: string; order: Order }>('site/module-left', {
    severity: 'notice',
    message: ({ ip, instance }) => `host ${ip} has ${instance} no more`,
    help: ({ ip, order }) =>
      `${ORDERS[order].replaceAll('HOST', ip)}. apply stops it there, keeps its data and says where it is`,
  }),
  clusterLeft: rule<{ cluster: string; members: string; keys: string }>('site/cluster-left', {
    severity: 'notice',
    message: ({ cluster, members }) =>
      `cluster ${cluster} is not in the inventory any more: it had ${members}`,
    help: ({ keys }) =>
      `when it runs on none of its hosts any more, on a host of etcd: etcdctl del --prefix ${keys}. Before, no new cluster can have this name. Backups stay on its hosts`,
  }),
  replaced: rule<{ cluster: string; hosts: string; old: string }>('site/cluster-replaced', {
    severity: 'warning',
    message: ({ cluster, hosts, old }) =>
      `cluster ${cluster} on ${hosts} is new and begins empty; in the last build, ${old} was there`,
    help: ({ cluster, old }) =>
      `a cluster cannot be renamed: to keep the data in use, keep the name ${old}. If ${cluster} is another cluster: apply stops ${old} and keeps its data`,
  }),
};

/** What this build has on each host. */
export function siteRecordOf(site: Site, modules: readonly Module[]): SiteRecord {
  const built = modules.filter(isBuilt);
  const instances = (host: SiteHost) =>
    built
      .filter((module) => module.isOn(host))
      .map((module): [string, Instance] => [
        module.name,
        module.instance?.(host, site) ?? { instance: module.name },
      ]);
  return {
    inventory: baseName(site.inventoryFile),
    hosts: Object.fromEntries(site.hosts.map((host) => [host.ip, Object.fromEntries(instances(host))])),
  };
}

/** Hosts, modules and clusters that the last build had, and this one has not. */
export function checkLeaving(site: Site, modules: readonly Module[]): Diagnostic[] {
  const last = siteRecord.last(site);
  if (last === undefined) return [];
  if (last === 'invalid') return [rules.badRecord.at(undefined, { file: siteRecord.nameOf(site) })];
  const now = siteRecordOf(site, modules);
  const clusters = clustersOf(now);
  const isShared = (found: Instance[]) => found.some(({ cluster }) => cluster && clusters.has(cluster));
  const hosts = Object.entries(last.hosts).flatMap(([ip, before]) => {
    const after = now.hosts[ip];
    const left = Object.entries(before).filter(
      ([module, { instance }]) => module !== 'node' && after?.[module]?.instance !== instance,
    );
    const instances = left.map(([, one]) => one);
    if (!after)
      return [
        rules.hostLeft.at(undefined, { ip, had: names(instances), isShared: isShared(instances) }),
        ...stillNamed(site, ip),
      ];
    return left.map(([module, one]) => {
      const order = orderOf(one, after[module] !== undefined, clusters);
      return rules.moduleLeft.at(undefined, { ip, instance: one.instance, order });
    });
  });
  const gone = [...clustersOf(last)].filter(([cluster]) => !clusters.has(cluster));
  return [
    ...replacements(last, now),
    ...hosts,
    ...gone.map(([cluster, members]) =>
      rules.clusterLeft.at(undefined, { cluster, members: names(members), keys: members[0]?.keys ?? '' }),
    ),
  ];
}

function orderOf(
  { cluster }: Instance,
  isReplaced: boolean,
  clusters: ReadonlyMap<string, readonly Instance[]>,
): Order {
  if (cluster === undefined) return 'last';
  if (!clusters.has(cluster)) return 'ends';
  return isReplaced ? 'moves' : 'handsOver';
}

/** New clusters on hosts of a cluster that is gone: what a new name looks like. */
function replacements(last: SiteRecord, now: SiteRecord): Diagnostic[] {
  const [before, after] = [clustersOf(last), clustersOf(now)];
  const found = new Map<string, { cluster: string; old: string; ips: string[] }>();
  for (const [ip, modules] of Object.entries(now.hosts)) {
    for (const [module, { cluster }] of Object.entries(modules)) {
      const old = last.hosts[ip]?.[module]?.cluster;
      if (!cluster || !old || before.has(cluster) || after.has(old)) continue;
      const known = found.get(`${cluster}\0${old}`) ?? { cluster, old, ips: [] };
      found.set(`${cluster}\0${old}`, { ...known, ips: [...known.ips, ip] });
    }
  }
  return [...found.values()].map(({ ips, ...words }) =>
    rules.replaced.at(undefined, { ...words, hosts: ips.join(', ') }),
  );
}

/** The parameters that the inventory sets, and whose value has the address: `admin_ip` is the default DNS server. */
function stillNamed(site: Site, ip: string): Diagnostic[] {
  const pattern = new RegExp(`(?<![\\d.])${ip.replaceAll('.', '\\.')}(?![\\d.])`);
  const found = new Map<string, Diagnostic>();
  for (const { parameters } of site.hosts) {
    for (const [name, value] of Object.entries(parameters.values)) {
      const place = parameters.place(name);
      if (!place || found.has(name) || !pattern.test(JSON.stringify(value))) continue;
      found.set(name, rules.stillNamed.at(place, { ip, name }));
    }
  }
  return [...found.values()];
}

function names(instances: readonly Instance[]): string {
  return instances.map(({ instance }) => instance).join(', ');
}

function clustersOf({ hosts }: SiteRecord): ReadonlyMap<string, readonly Instance[]> {
  const found = new Map<string, Instance[]>();
  for (const one of Object.values(hosts).flatMap((modules) => Object.values(modules))) {
    if (one.cluster !== undefined) append(found, one.cluster, one);
  }
  return found;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
