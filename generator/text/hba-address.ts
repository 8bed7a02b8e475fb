import * as z from 'zod';
import { ADDRESS, ADDRESS_OR_CIDR } from './address.ts';

/*
 * The address of a record of pg_hba.conf (PostgreSQL manual, 20.1): a network, `samehost`, `samenet`, or a host name.
 */
const IPV6 = z.regexes.ipv6;
const IPV6_CIDR = z.regexes.cidrv6;
const OF_SERVER: readonly string[] = ['samehost', 'samenet'];
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** The last label has a letter (RFC 1123, 2.1): `10.10.10.10.` is no name. A dot in front means all names that end so. */
const HOST_NAME = new RegExp(`^\\.?(?:${LABEL}\\.)*(?=[0-9-]*[A-Za-z])${LABEL}$`);

/** An address or network, or the server's own ones. */
export function isSiteOfClients(text: string): boolean {
  return OF_SERVER.includes(text) || ADDRESS_OR_CIDR.test(text) || IPV6.test(text) || IPV6_CIDR.test(text);
}

/** What `addr` of a rule may be; names for addresses have the form of a host name. */
export const HBA_ADDRESS = new RegExp(
  [ADDRESS_OR_CIDR, IPV6, IPV6_CIDR, HOST_NAME].map(({ source }) => `(?:${source})`).join('|'),
);

/** Whether a text has the form of a host name, or of a domain with a dot in front. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

/** As pg_hba.conf has it: an address is a network of one address. */
export function hbaAddress(text: string): string {
  if (ADDRESS.test(text)) return `${text}/32`;
  return IPV6.test(text) ? `${text}/128` : text;
}

/** Whether only the server can tell which clients the address means. */
export function isOfServer(address: string): boolean {
  return OF_SERVER.includes(address) || (address !== 'all' && isHostName(address));
}
