import { expect, it } from 'vitest';
import { type Ack, acceptedByTwo, longestGap } from '../boot/support/ledger.ts';

/* The judge of the failure tests: what it lets through, they let through. */
const ack = (n: number, server: string, sent: number, acked = sent + 5): Ack => ({ n, server, sent, acked });

it('detects two servers that accept rows at the same time, in any order of acknowledgements', () => {
  const late = ack(4, 'old', 120);
  expect(acceptedByTwo([ack(1, 'old', 0), ack(2, 'old', 50), ack(3, 'new', 100), late])).toEqual([late]);
  expect(acceptedByTwo([late, ack(3, 'new', 100), ack(1, 'old', 0)])).toEqual([late]);
});

it('accepts that one server replaces the other', () => {
  expect(
    acceptedByTwo([ack(1, 'old', 0), ack(2, 'old', 50), ack(3, 'new', 100), ack(4, 'new', 150)]),
  ).toEqual([]);
  // Sent before the other had taken its first row, acknowledged late.
  expect(acceptedByTwo([ack(1, 'old', 0), ack(2, 'old', 90, 140), ack(3, 'new', 100)])).toEqual([]);
});

it('counts the silence before the first row, between rows, and up to the end', () => {
  expect(longestGap([ack(1, 'a', 3995)], 0, 5000)).toBe(4);
  expect(longestGap([ack(1, 'a', 995), ack(2, 'a', 3995)], 0, 5000)).toBe(3);
  expect(longestGap([ack(1, 'a', 995)], 0, 5000)).toBe(4);
  expect(longestGap([], 0, 5000)).toBe(5);
});
