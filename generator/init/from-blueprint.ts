import type { HostIp } from '../model/brand.ts';
import type { Place } from '../model/origin.ts';
import type { Site } from '../model/site.ts';
import { modules } from '../modules/index.ts';
import { hostSecrets } from '../stages/secrets.ts';

export type Wishes = {
  /** For the blueprint's hosts in the order of their addresses, as many as there are. */
  readonly hosts: readonly HostIp[];
  /** How the head of the blueprint calls the file, and what it is called now. */
  readonly blueprint: string;
  readonly file: string;
  readonly schema: string;
  /** Public ssh keys of administrators. */
  readonly keys: readonly string[];
  /** A new password at each call: letters and digits. */
  readonly password: () => string;
};

/** The text of a blueprint as an inventory of the user's own: other addresses, a fresh password for each secret, keys. */
export function fromBlueprint(text: string, site: Site, wishes: Wishes): string {
  const secrets = findSecrets(site);
  const lines = text.split('\n');
  const written = secrets.flatMap(({ place }) => (place ? [place] : []));
  // From the end, so that the places before keep their columns.
  const order = (a: Place, b: Place) => b.line - a.line || b.column - a.column;
  for (const place of written.sort(order)) replaceAt(lines, place, wishes.password());
  const added = secrets.flatMap(({ name, place }) => (place ? [] : [`    ${name}: ${wishes.password()}`]));
  lines.splice(lineOfAdminIp(site), 0, ...added);
  const readdressed = withAddresses(lines.join('\n'), site, wishes.hosts).split('\n');
  readdressed.splice(lineOfAdminIp(site) + added.length, 0, ...keyLines(wishes.keys));
  return renamed(readdressed.join('\n'), wishes);
}

/** A build is the same whoever runs it, so that the keys of who began are written down. */
function keyLines(keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const items = keys.map((key) => `      - ${JSON.stringify(key)}`);
  return ['    # Who may log on as administrator: taken from ~/.ssh.', '    node_admin_pk_list:', ...items];
}

type Secret = { readonly name: string; readonly place: Place | undefined };

/** Every secret of the site once; without a place where it is a default. */
function findSecrets(site: Site): Secret[] {
  const found = new Map<string, Secret>();
  for (const host of site.hosts) {
    for (const [name, { text, parameter, path }] of hostSecrets(host, modules)) {
      if (text !== '' && !found.has(name))
        found.set(name, { name, place: host.parameters.place(parameter, path) });
    }
  }
  return [...found.values()].filter(({ name, place }) => place || !name.includes('.'));
}

function replaceAt(lines: string[], { line, column, length }: Place, by: string): void {
  const text = lines[line - 1] ?? '';
  lines[line - 1] = text.slice(0, column - 1) + by + text.slice(column - 1 + length);
}

/** Blueprints set it in `all.vars`; what is added stands below it. */
function lineOfAdminIp(site: Site): number {
  return site.hosts[0]?.parameters.place('admin_ip')?.line ?? 0;
}

function withAddresses(text: string, site: Site, hosts: readonly HostIp[]): string {
  const network = (ip: string) => ip.replace(/\d+$/, '0');
  const pairs = site.hosts.flatMap(({ ip }, index): [string, string][] => {
    const own = hosts[index] ?? ip;
    return [
      [ip, own],
      [network(ip), network(own)],
    ];
  });
  const byOld = new Map(pairs.reverse());
  return text.replaceAll(/\b\d+(?:\.\d+){3}\b/g, (address) => byOld.get(address) ?? address);
}

function renamed(text: string, { blueprint, file, schema }: Wishes): string {
  return text
    .replace('$schema=inventory.schema.json', `$schema=${schema}`)
    .replaceAll(`blueprints/${blueprint}.yml`, file);
}
