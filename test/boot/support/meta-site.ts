import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Workshop } from '../../support/product.ts';

export const ADDRESS = '10.10.10.10';

/** Every service of the host, one-shots that stay active included. */
export const UNITS = ['etcd', 'patroni', 'pgbouncer', 'haproxy', 'pgsql-provision', 'pgbackrest-init'];

/** What revision n of the site says: an HBA rule, passwords in PostgreSQL and in HAProxy, the comment of a user. */
export type Revision = {
  readonly viewerPassword: string;
  readonly proxyPassword: string;
  readonly comment: string;
  /** Whether the HBA rule of dbuser_limited is for this network. */
  readonly letsLimitedIn: boolean;
};

export function revision(n: number): Revision {
  return {
    viewerPassword: `Viewer.${n}`,
    proxyPassword: `proxy.${n}`,
    comment: `owner, revision ${n}`,
    letsLimitedIn: n % 2 === 0,
  };
}

/** A bundle on this machine, and the digest that is its name. */
export type RevisionBundle = { readonly directory: string; readonly digest: string };

/** What to replace in a text, and by what. */
export type Edit = readonly [from: string, to: string];
type Edits = readonly Edit[];

/** Blueprint meta in revisions that differ in configuration alone. */
export class MetaSite {
  readonly #edits: Edits;
  readonly #workshop = new Workshop('meta');
  readonly #text = readFileSync(this.#workshop.inventory, 'utf8');
  /** Holds the bundle of revision n as `<n>`: what a node is given. */
  readonly bundles = join(this.#workshop.directory, 'bundles');

  /** `edits` are for all revisions. */
  constructor(edits: Edits = []) {
    this.#edits = edits;
  }

  /** Where the inventory is, and files that it names. */
  get directory(): string {
    return this.#workshop.directory;
  }

  /** The certificate of the site's authority. */
  get authority(): string {
    return join(`${this.#workshop.inventory.replace(/\.yml$/, '')}.pki`, 'ca.crt');
  }

  /** `edits` are for this revision. */
  async bundle(n: number, edits: Edits = []): Promise<RevisionBundle> {
    this.#workshop.edit(() => replaceEach(revise(this.#text, revision(n)), [...this.#edits, ...edits]));
    mkdirSync(this.bundles, { recursive: true });
    const directory = join(this.bundles, `${n}`);
    renameSync(await this.#workshop.bundle(ADDRESS), directory);
    const manifest = readFileSync(join(directory, 'bundle'));
    return { directory, digest: createHash('sha256').update(manifest).digest('hex') };
  }

  remove(): void {
    this.#workshop.remove();
  }
}

function revise(text: string, { viewerPassword, proxyPassword, comment, letsLimitedIn }: Revision): string {
  return replaceEach(text, [
    ['DBUser.Viewer', viewerPassword],
    ['comment: owner of database meta', `comment: ${comment}`],
    ['addr: 10.10.10.0/24', letsLimitedIn ? 'addr: 10.10.10.0/24' : 'addr: 10.10.99.0/24'],
    [`admin_ip: ${ADDRESS}`, `admin_ip: ${ADDRESS}\n    haproxy_admin_password: ${proxyPassword}`],
  ]);
}

/** Throws when a word is not in the text: the blueprint has changed, and the test would change nothing. */
function replaceEach(text: string, pairs: Edits): string {
  return pairs.reduce((revised, [from, to]) => {
    if (!revised.includes(from)) throw new Error(`the blueprint has no "${from}"`);
    return revised.replace(from, to);
  }, text);
}
