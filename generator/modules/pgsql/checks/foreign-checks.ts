import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/origin.ts';
import type { Site } from '../../../model/site.ts';
import { clusters, type PgsqlMember, placeOf } from '../members.ts';
import { entryPlace, type ForeignExporter, foreignInstances, watchesOthers } from '../monitor/foreign.ts';

const rules = {
  twice: rule<{ instance: string }>('pgsql/foreign-twice', {
    severity: 'error',
    message: ({ instance }) => `\`pg_exporters\` has ${instance} twice`,
    label: () => 'duplicate',
    help: () => 'give each server of a cluster a number of its own: `pg_seq: 2`',
  }),
  known: rule<{ instance: string; ip: string }>('pgsql/foreign-known', {
    severity: 'error',
    message: ({ instance, ip }) => `\`pg_exporters\` has ${instance}, which is the member on host ${ip}`,
    label: () => 'the same name',
    help: () =>
      'give the server outside the site another `pg_cluster` or `pg_seq`: its metrics have this name',
  }),
  ofSite: rule<{ instance: string; server: string; member: string }>('pgsql/foreign-of-site', {
    severity: 'warning',
    message: ({ instance, server, member }) =>
      `${instance} of \`pg_exporters\` is ${member} of this site (${server}), which has an exporter of its own`,
    label: () => 'set here',
    help: () => 'remove the entry: the server would be on the pages and in sums twice',
  }),
  otherServer: rule<{ instance: string; server: string }>('pgsql/foreign-url', {
    severity: 'warning',
    message: ({ instance, server }) =>
      `\`pg_exporter_url\` of ${instance} is the address of another server than ${server}`,
    label: () => 'set here',
    help: () =>
      'labels have `pg_host`, and whether a login has failed depends on an answer at `pg_host` and `pg_port`: make them those of the address',
  }),
  sitePassword: rule<{ instances: readonly string[] }>('pgsql/foreign-password', {
    severity: 'warning',
    message: ({ instances }) =>
      `the password of the site's own monitoring user goes to servers outside the site: ${instances.join(', ')}`,
    label: () => 'without `pg_monitor_password`',
    help: () => 'give each entry the `pg_monitor_password` of its server',
  }),
  elsewhere: rule<{ ip: string }>('pgsql/foreign-elsewhere', {
    severity: 'warning',
    message: ({ ip }) => `\`pg_exporters\` of host ${ip}: only hosts of group \`infra\` have such exporters`,
    label: () => 'set here, without effect',
    help: () => 'move it to the variables of `infra`',
  }),
};

/** Servers outside the site: their names, their addresses, their passwords. */
export function checkForeign(site: Site): Diagnostic[] {
  const all = [...foreignInstances(site).values()];
  const first = all.flatMap(([one]) => one ?? []);
  return [
    ...all.flatMap(checkTwice),
    ...first.flatMap((one) => [...checkMember(one, site), ...checkUrl(one)]),
    ...checkPasswords(first),
    ...checkElsewhere(site),
  ];
}

/** Infra hosts may have the same server; two entries of one host, or two servers, need two names. */
function checkTwice([first, ...others]: readonly ForeignExporter[]): Diagnostic[] {
  if (!first) return [];
  const isTwice = ({ host, server }: ForeignExporter) => host === first.host || server !== first.server;
  const duplicates = others.filter(isTwice).map((one) => ({ one, place: entryPlace(one, 'pg_seq') }));
  return distinct(duplicates, ({ place }) => place).map(({ one: { instance }, place }) =>
    rules.twice.at(place, { instance }, [note('first here', entryPlace(first, 'pg_seq'))]),
  );
}

function checkMember(exporter: ForeignExporter, site: Site): Diagnostic[] {
  const { instance, server } = exporter;
  const members = clusters(site).flat();
  const named = members
    .filter((member) => member.instance === instance)
    .map((member) => {
      const notes = [note('the member', placeOf(member, 'pg_seq'))];
      return rules.known.at(entryPlace(exporter, 'pg_seq'), { instance, ip: member.host.ip }, notes);
    });
  const same = members
    .filter((member) => addressOf(member) === server)
    .map((member) =>
      rules.ofSite.at(entryPlace(exporter, 'pg_host'), { instance, server, member: member.instance }),
    );
  return [...named, ...same];
}

function addressOf({ host, settings }: PgsqlMember): string {
  return `${host.ip}:${settings.pg_port}`;
}

/** An address without a host is left to the exporter. */
function checkUrl(exporter: ForeignExporter): Diagnostic[] {
  const { instance, server, entry } = exporter;
  const { host = '', port = '5432' } = SERVER_IN_URL.exec(entry.pg_exporter_url ?? '')?.groups ?? {};
  if (host === '' || `${host}:${port}` === server) return [];
  return [rules.otherServer.at(entryPlace(exporter, 'pg_exporter_url'), { instance, server })];
}

const SERVER_IN_URL = /^\w+:\/\/(?:[^/?]*@)?(?<host>\[.*?\]|[^:/?]*)(?::(?<port>\d+))?/;

/** One warning for all: inventories of Pigsty often leave it out. */
function checkPasswords(all: readonly ForeignExporter[]): Diagnostic[] {
  const found = all.filter(({ entry }) => !entry.pg_monitor_password && !entry.pg_exporter_url);
  const [first] = found;
  if (!first) return [];
  return [rules.sitePassword.at(entryPlace(first), { instances: found.map(({ instance }) => instance) })];
}

/** Set for a group or a host that is not one of infra; for all hosts, the others ignore it. */
function checkElsewhere(site: Site): Diagnostic[] {
  const isSet = (host: Site['hosts'][number]) =>
    ['group', 'host'].includes(host.parameters.origin('pg_exporters').scope);
  const found = site.hosts
    .filter((host) => isSet(host) && host.parameters.values.pg_exporters !== undefined)
    .map((host) => ({ host, place: host.parameters.place('pg_exporters', [], 'key') }));
  const useful = new Set(found.filter(({ host }) => watchesOthers(host)).map(({ place }) => keyOf(place)));
  const useless = found.filter(({ place }) => !useful.has(keyOf(place)));
  return distinct(useless, ({ place }) => place)
    .filter(({ host }) => !watchesOthers(host))
    .map(({ host, place }) => rules.elsewhere.at(place, { ip: host.ip }));
}

function distinct<T>(items: readonly T[], placeIn: (item: T) => Place | undefined): T[] {
  return [...new Map(items.map((item) => [keyOf(placeIn(item)), item])).values()];
}

function keyOf(place: Place | undefined): string {
  return `${place?.line}:${place?.column}`;
}

function note(message: string, place: Place | undefined) {
  return { message, ...(place && { place }) };
}
