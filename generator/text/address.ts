import * as z from 'zod';
import type { HostIp } from '../model/brand.ts';
import { LruMap } from '../model/lru-map.ts';

/*
 * IPv4 addresses and networks in CIDR form: the only place with their syntax (zod's) and comparison. Octets have no leading
 * zero: some programs read such octets as octal numbers.
 */

/** An address, `10.10.10.10`. */
export const ADDRESS = z.regexes.ipv4;
/** An address with its mask length, `10.10.10.2/24`; the bits after the mask may be set. */
export const CIDR = z.regexes.cidrv4;
/** Either of the two. */
export const ADDRESS_OR_CIDR = new RegExp(`${ADDRESS.source}|${CIDR.source}`);

const BITS = 32;

export function isHostIp(text: string): text is HostIp {
  return ADDRESS.test(text);
}

/** What to write instead of a text that is almost an address; undefined for other texts. */
export function addressHint(text: string): string | undefined {
  const [, numbers = '', port, mask] = /^(\d{1,3}(?:\.\d{1,3}){3})(?:(:\d+)|(\/\d+))?$/.exec(text) ?? [];
  const address = numbers.replaceAll(/\b0+(?=\d)/g, '');
  if (!isHostIp(address)) return undefined;
  if (port !== undefined) return `without the port: \`${address}\``;
  if (mask !== undefined) return `without the mask: \`${address}\``;
  return `without leading zeros, which some programs read as octal numbers: \`${address}\``;
}

/** Negative if `a` comes before `b` in numerical order: 10.10.10.9 before 10.10.10.10. */
export function compareAddresses(a: HostIp, b: HostIp): number {
  return numberOf(a) - numberOf(b);
}

/** Whether one network contains another; an address is a network of one address. False if one of them is neither. */
export function coversNetwork(wide: string, narrow: string): boolean {
  const [outer, inner] = [networkOf(wide), networkOf(narrow)];
  if (!outer || !inner || outer.length > inner.length) return false;
  const size = 2 ** (BITS - outer.length);
  return Math.floor(outer.number / size) === Math.floor(inner.number / size);
}

/** A network without another one that is inside it, as the fewest networks. */
export function networkWithout(wide: string, hole: string): readonly string[] {
  const { address, length } = splitCidr(hole);
  const outer = splitCidr(wide).length;
  return Array.from({ length: length - outer }, (_, index) => {
    const size = 2 ** (BITS - outer - index - 1);
    const half = Math.floor(numberOf(address) / size);
    const other = half % 2 === 0 ? half + 1 : half - 1;
    return `${addressOf(other * size)}/${outer + index + 1}`;
  });
}

/** Finds which of the networks contain an address or another network: their indices. It parses the networks once. */
export function networkFinder(networks: readonly string[]): (narrow: string) => readonly number[] {
  const parsed = networks.map(networkOf);
  return (narrow) => {
    const { address, length } = splitCidr(narrow);
    const number = numberOf(address);
    const found: number[] = [];
    for (let index = 0; index < parsed.length; index += 1) {
      const network = parsed[index];
      if (!network || network.length > length) continue;
      const size = 2 ** (BITS - network.length);
      if (Math.floor(number / size) === Math.floor(network.number / size)) found.push(index);
    }
    return found;
  };
}

type Network = { readonly number: number; readonly length: number };

/** A cache: HBA rules are compared with many addresses, each with all others: it must have room for those of one site. */
const networks = new LruMap<string, Network | null>(50_000);

function networkOf(text: string): Network | null {
  const known = networks.get(text);
  if (known !== undefined) return known;
  const { address, length } = splitCidr(text);
  const network = ADDRESS_OR_CIDR.test(text) ? { number: numberOf(address), length } : null;
  networks.set(text, network);
  return network;
}

/** The address and mask length of `10.10.10.2/24`; 32 for a plain address. */
export function splitCidr(text: string): { readonly address: string; readonly length: number } {
  const [address = '', length = BITS] = text.split('/');
  return { address, length: Number(length) };
}

/** The network of `10.10.10.2/24`: 10.10.10.0/24. */
export function networkAddress(cidr: string): string {
  const { address, length } = splitCidr(cidr);
  const size = 2 ** (BITS - length);
  return `${addressOf(Math.floor(numberOf(address) / size) * size)}/${length}`;
}

/** The name of an address that no host of its network may have; networks of one or two addresses have none (RFC 3021). */
export function reservedAddress(cidr: string): 'network address' | 'broadcast address' | undefined {
  const { address, length } = splitCidr(cidr);
  if (length > 30) return undefined;
  const size = 2 ** (BITS - length);
  const rest = numberOf(address) % size;
  if (rest === 0) return 'network address';
  return rest === size - 1 ? 'broadcast address' : undefined;
}

/** The length of a mask in dotted form: 24 for `255.255.255.0`. */
export function maskLength(mask: string): number {
  return numberOf(mask).toString(2).replaceAll('0', '').length;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function addressOf(number: number): string {
  return [3, 2, 1, 0].map((octet) => Math.floor(number / 256 ** octet) % 256).join('.');
}
