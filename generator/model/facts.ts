import type { HostIp } from './brand.ts';
import type { SignedSource } from './lock.ts';
import { append } from './multimap.ts';
import type { PlanData, PortUse } from './plan.ts';
import type { SecretRef } from './secret.ts';

/** A kind of fact that modules share. Each module may offer any number of facts; readers get all of them. */
export type Channel<T> = { readonly name: string; readonly carries?: T };

/** The facts of one module on one channel. */
export type Offer = { readonly channel: Channel<unknown>; readonly facts: readonly unknown[] };

/** The facts `facts` on `channel`, for `Module.offer`. */
export function offer<T>(channel: Channel<T>, facts: readonly NoInfer<T>[]): Offer {
  return { channel, facts };
}

/** All offers of all modules, joined per channel in the order of the registry. No offer overwrites another. */
export class Facts {
  readonly #byChannel = new Map<Channel<unknown>, unknown[]>();
  readonly #byHost = new Map<Channel<unknown>, ReadonlyMap<HostIp, readonly unknown[]>>();

  constructor(offers: readonly Offer[]) {
    for (const { channel, facts } of offers) append(this.#byChannel, channel, ...facts);
  }

  /** Every fact of a channel. They have the channel's type, because only `offer` adds facts. */
  all<T>(channel: Channel<T>): readonly T[] {
    return (this.#byChannel.get(channel) ?? []) as readonly T[];
  }

  /** The facts of a channel that are about one host. */
  of<T extends { readonly ip: HostIp }>(channel: Channel<T>, ip: HostIp): readonly T[] {
    const known = this.#byHost.get(channel) ?? byHost(this.all(channel));
    this.#byHost.set(channel, known);
    return (known.get(ip) ?? []) as readonly T[];
  }
}

function byHost(facts: readonly { readonly ip: HostIp }[]): ReadonlyMap<HostIp, readonly unknown[]> {
  const found = new Map<HostIp, unknown[]>();
  for (const fact of facts) append(found, fact.ip, fact);
  return found;
}

/** Client endpoints of the configuration store, in order of etcd_seq. Empty if the site has no store. */
export const StoreEndpoint: Channel<{ readonly ip: HostIp; readonly port: number }> = {
  name: 'store endpoint',
};

/** Election timeout of the configuration store: members elect a new leader if they do not hear from theirs. */
export const StoreElection: Channel<{ readonly seconds: number }> = { name: 'store election' };

/**
 * What has a user in the configuration store: its keys, which begin with `prefix`, and its members, which connect as that
 * user. `declaration` is the number of the build's set of users; the newest one counts.
 */
export type StoreUser = { readonly prefix: string; readonly members: readonly string[] };
export const StoreUsers: Channel<{ readonly declaration: number; readonly users: readonly StoreUser[] }> = {
  name: 'store users',
};

/** The password of a user of the configuration store, by reference. */
export function storePassword(prefix: string): SecretRef {
  return { $secret: `etcd${prefix}`, as: 'derived' };
}

/** Archives that packages of images may come from, beyond the platform's. */
export const PackageArchive: Channel<SignedSource> = { name: 'package archive' };

/** The name of a host, and of its group of hosts. */
export const NodeName: Channel<{ readonly ip: HostIp; readonly name: string; readonly cluster: string }> = {
  name: 'node name',
};

/** A TCP service that the HAProxy of host `ip` provides. */
export const ProxyListener: Channel<{ readonly ip: HostIp; readonly service: ProxyService }> = {
  name: 'proxy listener',
};

/**
 * A TCP port of host `ip`, and the networks of its clients: IPv4 or IPv6 addresses or CIDRs. `sources` come in addition to
 * the hosts of the site; with `only`, nobody else may connect. The firewall opens these ports and no others
 * (modules/node/firewall.ts).
 */
export type OpenPort = {
  readonly ip: HostIp;
  readonly port: number;
  /** Whether clients also use UDP. */
  readonly isUdpToo?: true;
  readonly sources?: () => readonly string[];
  readonly only?: readonly string[];
};
export const OpenPort: Channel<OpenPort> = { name: 'open port' };

/** Sources of a port that is open to every address. */
export const EVERY_ADDRESS = ['0.0.0.0/0', '::/0'] as const;

/** Seconds until the configuration store has a new leader; 0 without a store. */
export function electionSeconds(facts: Facts): number {
  return Math.max(0, ...facts.all(StoreElection).map(({ seconds }) => seconds));
}

/**
 * The site's CA, for services whose servers use TLS; a path in the generation. HAProxy automatically reads only the files
 * *.cfg of its directory.
 */
export const PROXY_CA = 'etc/haproxy/ca.crt';
/** Its list of revoked certificates, beside the CA. */
export const PROXY_REVOCATIONS = 'etc/haproxy/revoked.crl';

/** One HAProxy `listen` section: view of units/node/service.cfg.ejs, and what declares it. */
export type ProxyService = {
  readonly declared: Pick<PortUse, 'parameter' | 'place'>;
  readonly name: string;
  readonly title: string;
  readonly address: string;
  readonly port: number;
  readonly mode: 'tcp' | 'http';
  readonly maxConnections: number;
  readonly balance: string;
  readonly options: readonly string[];
  readonly defaultServer: string;
  readonly servers: readonly ProxyServer[];
  /** What it does with clients, by their addresses; absent where it serves all alike. */
  readonly clients?: () => ProxyClients | undefined;
};

/** `ways`: what happens to clients of a network; the smallest that contains them counts, and clients of none are refused. */
export type ProxyClients = {
  readonly ways: readonly { readonly network: string; readonly way: 'direct' | 'relay' | 'refused' }[];
  /** The relays of the servers, in the order of the servers. */
  readonly relays: readonly ProxyServer[];
};

/** The relay of a server on host `ip`: view of units/node/relay.cfg.ejs, and what declares it. */
export const ProxyRelay: Channel<{ readonly ip: HostIp; readonly relay: ProxyRelay }> = {
  name: 'proxy relay',
};

/** Connects to a server from an address that stands for the client's network. */
export type ProxyRelay = {
  readonly declared: Pick<PortUse, 'parameter' | 'place'>;
  readonly name: string;
  readonly title: string;
  readonly port: number;
  /** The hosts whose HAProxy may pass clients on. */
  readonly users: readonly string[];
  readonly classes: readonly { readonly address: string; readonly networks: readonly string[] }[];
  readonly server: ProxyServer;
};

export type ProxyServer = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly options: string;
} & { readonly [key: string]: PlanData };
