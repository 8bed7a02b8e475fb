import { describe, expect, it } from 'vitest';
import {
  ADDRESS_OR_CIDR,
  CIDR,
  compareAddresses,
  coversNetwork,
  isHostIp,
  maskLength,
  networkAddress,
  reservedAddress,
  splitCidr,
} from '../../generator/text/address.ts';

describe('the syntax', () => {
  it.each(['0.0.0.0', '10.10.10.10', '255.255.255.255'])('%s is an address', (text) => {
    expect([isHostIp(text), ADDRESS_OR_CIDR.test(text), CIDR.test(text)]).toEqual([true, true, false]);
  });

  it.each(['10.10.10.2/24', '0.0.0.0/0', '10.0.0.1/32'])('%s is a network', (text) => {
    expect([isHostIp(text), ADDRESS_OR_CIDR.test(text), CIDR.test(text)]).toEqual([false, true, true]);
  });

  it.each([
    '',
    '10.10.10',
    '10.10.10.10.10',
    '10.10.10.256',
    '10.10.10.010',
    ' 10.10.10.10',
    '10.10.10.10\n',
    '10.10.10.0/33',
    '10.10.10.0/024',
    '10.10.10.0/',
    '::1',
    'all',
  ])('%j is neither', (text) => {
    expect([isHostIp(text), ADDRESS_OR_CIDR.test(text), CIDR.test(text)]).toEqual([false, false, false]);
  });
});

it('sorts by number, not by letter', () => {
  const hosts = ['10.10.10.10', '9.255.255.255', '10.10.10.9', '192.168.0.1'].filter(isHostIp);
  expect(hosts.sort(compareAddresses)).toEqual(['9.255.255.255', '10.10.10.9', '10.10.10.10', '192.168.0.1']);
});

it.each([
  ['0.0.0.0/0', '10.10.10.10', true],
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '10.10.10.0/24', true],
  ['10.0.0.0/24', '10.0.0.0/8', false],
  ['10.10.10.7/24', '10.10.10.200', true],
  ['192.168.128.0/17', '192.168.127.255', false],
  ['192.168.128.0/17', '192.168.255.255', true],
  ['10.10.10.10', '10.10.10.10/32', true],
  ['10.10.10.10', '10.10.10.11', false],
  ['10.0.0.0/8', 'db.example.com', false],
  ['samenet', '10.10.10.10', false],
])('%s covers %s: %s', (wide, narrow, expected) => {
  expect(coversNetwork(wide, narrow)).toBe(expected);
});

it.each([
  ['255.255.255.255', 32],
  ['255.255.255.0', 24],
  ['255.240.0.0', 12],
  ['0.0.0.0', 0],
])('a mask of %s has %s bits', (mask, bits) => {
  expect(maskLength(mask)).toBe(bits);
});

it('splits a network', () => {
  expect(splitCidr('10.10.10.2/24')).toEqual({ address: '10.10.10.2', length: 24 });
  expect(splitCidr('10.10.10.2')).toEqual({ address: '10.10.10.2', length: 32 });
});

it.each([
  ['10.10.10.2/24', '10.10.10.0/24', undefined],
  ['10.10.10.0/24', '10.10.10.0/24', 'network address'],
  ['10.10.10.255/24', '10.10.10.0/24', 'broadcast address'],
  ['10.10.10.255/16', '10.10.0.0/16', undefined],
  ['192.168.99.130/25', '192.168.99.128/25', undefined],
  ['192.168.99.128/25', '192.168.99.128/25', 'network address'],
  ['10.0.0.0/31', '10.0.0.0/31', undefined],
  ['10.0.0.0/32', '10.0.0.0/32', undefined],
  ['255.255.255.255/0', '0.0.0.0/0', 'broadcast address'],
])('%s is in %s: %s', (cidr, network, reserved) => {
  expect([networkAddress(cidr), reservedAddress(cidr)]).toEqual([network, reserved]);
});
