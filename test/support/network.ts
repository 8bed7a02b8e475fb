import { mustRun } from './process.ts';

/**
 * An air-gapped Ethernet segment: a bridge in a network namespace of its own, which has no address, no route and no
 * link to the machine's network. `eth0` of every member is a port of it.
 */
export type Segment = { readonly namespace: string };

/** A machine's place on the segment. `port` names the bridge's end of the cable. */
export type Link = { readonly segment: Segment; readonly namespace: string; readonly port: string };

export async function createSegment(namespace: string): Promise<Segment> {
  await mustRun('ip', ['netns', 'add', namespace]);
  // without snooping the bridge floods multicast, as a plain switch does: VRRP needs it
  await configure(namespace, ['link add br0 type bridge mcast_snooping 0', 'link set br0 up']);
  return { namespace };
}

/**
 * A new network namespace with `lo` and `eth0` up and `ip`/24 on `eth0`. The hardware address follows from `ip`, so a
 * machine that returns has the one in its neighbours' ARP caches. Throws when the address is taken.
 */
export async function attach(segment: Segment, namespace: string, ip: string): Promise<Link> {
  const hex = ip.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  const port = `p${hex.join('')}`;
  await mustRun('ip', ['netns', 'add', namespace]);
  await configure(segment.namespace, [
    `link add ${port} type veth peer name eth0 address 02:50:${hex.join(':')} netns ${namespace}`,
    `link set ${port} master br0 up`,
  ]);
  await configure(namespace, ['link set lo up', `address add ${ip}/24 dev eth0`, 'link set eth0 up']);
  return { segment, namespace, port };
}

/** Disconnects the cable, or connects it again. */
export async function setCable(link: Link, state: 'up' | 'down'): Promise<void> {
  await configure(link.segment.namespace, [`link set ${link.port} ${state}`]);
}

/** Removes the cable: no further packet of the member's kernel, not even a FIN, reaches its peers. */
export async function unplug(link: Link): Promise<void> {
  await configure(link.segment.namespace, [`link delete ${link.port}`]);
}

export async function removeNamespace(link: Link): Promise<void> {
  await mustRun('ip', ['netns', 'delete', link.namespace]);
}

/** The argument vector that runs a program of this machine with the member's network. */
export function inNamespace(link: Link, command: readonly string[]): readonly string[] {
  return ['nsenter', `--net=/run/netns/${link.namespace}`, ...command];
}

async function configure(namespace: string, commands: readonly string[]): Promise<void> {
  await mustRun('ip', ['-netns', namespace, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
