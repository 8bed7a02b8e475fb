import type { HostIp } from '../model/brand.ts';
import type { Place } from '../model/origin.ts';
import type { Site } from '../model/site.ts';
import { modules } from '../modules/index.ts';
import { siteSecrets } from '../stages/secrets.ts';

export type InitOptions = {
  /** New addresses for all hosts of the blueprint, in the order of their addresses. */
  readonly hosts: readonly HostIp[];
  /** The blueprint's name, and the inventory file that replaces it in comments. */
  readonly blueprint: string;
  readonly file: string;
  readonly schema: string;
  /** Public ssh keys of administrators. */
  readonly keys: readonly string[];
  /** A new password at each call: letters and digits. */
  readonly password: () => string;
};

/** The user's inventory from the text of a blueprint: other addresses, a new password for each secret, ssh keys. */
export function fromBlueprint(text: string, site: Site, options: InitOptions): string {
  const secrets = findSecrets(site);
  const lines = text.split('\n');
  const written = secrets.flatMap(({ place }) => (place ? [place] : []));
  // From the end, so that earlier places keep their columns.
  const order = (a: Place, b: Place) => b.line - a.line || b.column - a.column;
  for (const place of written.sort(order)) replaceAt(lines, place, options.password());
  const added = secrets.flatMap(({ name, place }) => (place ? [] : [`    ${name}: ${options.password()}`]));
  lines.splice(lineOfAdminIp(site), 0, ...added);
  const readdressed = withAddresses(lines.join('\n'), site, options.hosts).split('\n');
  readdressed.splice(lineOfAdminIp(site) + added.length, 0, ...keyLines(options.keys));
  return renamed(readdressed.join('\n'), options);
}

/** The keys are written into the inventory, so that the build does not depend on the user who runs it. */
function keyLines(keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const items = keys.map((key) => `      - ${JSON.stringify(key)}`);
  return [
    '    # ssh public keys of administrators, copied from ~/.ssh.',
    '    node_admin_pk_list:',
    ...items,
  ];
}

type Secret = { readonly name: string; readonly place: Place | undefined };

/** Every secret of the site once; a default has no place. */
function findSecrets(site: Site): Secret[] {
  const found = new Map<string, Secret>();
  for (const { host, name, secret } of siteSecrets(site, modules)) {
    const { text, parameter, path } = secret;
    if (text !== '' && !found.has(name))
      found.set(name, { name, place: host.parameters.place(parameter, path) });
  }
  return [...found.values()].filter(({ name, place }) => place || !name.includes('.'));
}

function replaceAt(lines: string[], { line, column, length }: Place, by: string): void {
  const text = lines[line - 1] ?? '';
  lines[line - 1] = text.slice(0, column - 1) + by + text.slice(column - 1 + length);
}

/** Blueprints set `admin_ip` in `all.vars`; new lines are added below it. */
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

function renamed(text: string, { blueprint, file, schema }: InitOptions): string {
  return text
    .replace('$schema=inventory.schema.json', `$schema=${schema}`)
    .replaceAll(`blueprints/${blueprint}.yml`, file);
}
