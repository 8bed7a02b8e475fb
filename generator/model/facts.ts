import type { HostIp } from './brand.ts';
import type { SignedSource } from './lock.ts';
import type { PlanData, PortUse } from './plan.ts';

/** What modules tell each other; typed here so that none of them imports another. */
export type Facts = {
  /** Client endpoints of the configuration store, in order of etcd_seq. Empty: there is none. */
  readonly etcdEndpoints: readonly { readonly ip: HostIp; readonly port: number }[];
  /** How long etcd's members wait for their leader before they elect another. Seconds. */
  readonly etcdElectionSeconds: number;
  readonly infraIps: readonly HostIp[];
  /** Archives that packages of images may come from, beyond the platform's. */
  readonly packageSources: readonly SignedSource[];
  readonly nodeNames: ReadonlyMap<HostIp, string>;
  /** TCP services that HAProxy carries, by the host that carries them. */
  readonly proxyServices: ReadonlyMap<HostIp, readonly ProxyService[]>;
};

/**
 * The site's authority, for services whose servers speak TLS; a path in the generation. HAProxy reads no file of its
 * directory but *.cfg by itself.
 */
export const PROXY_CA = 'etc/haproxy/ca.crt';

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
};

export type ProxyServer = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly options: string;
} & { readonly [key: string]: PlanData };
