import { ownValue } from '../../../model/own-value.ts';
import { ADDRESS } from '../../../text/address.ts';
import type { PgsqlMember } from '../members.ts';
import { vipOf } from './vip.ts';

const EVERY = ['*', '0.0.0.0'];

/**
 * The addresses of `pg_listen`, for PostgreSQL and pgbouncer, each once. Without a VIP, `${vip}` is left out; the kernel
 * allows a server to listen on an address of another host (tuned.ts). Beside 0.0.0.0, no other IPv4 address can be bound.
 */
export function listenAddresses(member: PgsqlMember): readonly string[] {
  const known: Record<string, string> = {
    '${ip}': member.host.ip,
    '${lo}': '127.0.0.1',
    '${vip}': vipOf(member) ?? '',
  };
  const listed = member.settings.pg_listen.split(',').map((text) => {
    const address = text.trim();
    return ownValue(known, address) ?? address;
  });
  const addresses = [...new Set(listed.filter((address) => address !== ''))];
  if (addresses.includes('*')) return ['*'];
  return addresses.includes('0.0.0.0')
    ? addresses.filter((address) => address === '0.0.0.0' || !ADDRESS.test(address))
    : addresses;
}

/** Whether a server with these addresses listens on all of the host. */
export function listensEverywhere(addresses: readonly string[]): boolean {
  return EVERY.some((every) => addresses.includes(every));
}
