import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, formatAddress, parseAddress } from '../../../generator/console/address.ts';
import { parseDuration, parseTime, shift, timeRange, zoom } from '../../../generator/console/time-range.ts';

describe('the address of a page', () => {
  it('leaves out what is as usual', () => {
    const usual = { page: 'overview', variables: {}, ...DEFAULTS };
    expect(formatAddress(usual)).toBe('#/overview');
    expect(parseAddress('#/overview')).toEqual(usual);
    expect(parseAddress('')).toEqual({ ...usual, page: '' });
  });

  it('keeps every page, variable and time', () => {
    const words = fc.string({ minLength: 1, unit: 'binary' });
    const addresses = fc.record({
      page: words,
      variables: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), words, { noNullPrototype: true }),
      from: words,
      to: words,
      refresh: fc.nat(),
    });
    fc.assert(
      fc.property(addresses, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  it.each(['#/%E0%A4%A', '#/x?refresh=often', '#/x?refresh=-5', '#?'])('reads %s without failing', (hash) => {
    expect(parseAddress(hash).refresh).toBe(DEFAULTS.refresh);
  });
});

describe('times', () => {
  it.each([
    ['15m', 900],
    ['1.5h', 5400],
    ['7d', 604_800],
    ['h', undefined],
    ['5 m', undefined],
    ['5toString', undefined],
  ])('reads the duration %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    ['now', 10_000],
    ['now-1h', 6400],
    ['500', 500],
    ['1970-01-01T00:10:00Z', 600],
    ['yesterday', undefined],
    ['now-', undefined],
  ])('reads the time %s', (text, seconds) => {
    expect(parseTime(text, 10_000)).toBe(seconds);
  });

  it('has ends on its step, and no more points than asked for', () => {
    const lengths = fc.integer({ min: 1, max: 400_000_000 });
    const now = fc.integer({ min: 500_000_000, max: 4_000_000_000 });
    fc.assert(
      fc.property(lengths, now, (length, end) => {
        const { from, to, step } = timeRange(String(end - length), String(end), end, 360);
        expect([from % step, to % step]).toEqual([0, 0]);
        expect((to - from) / step).toBeLessThanOrEqual(361);
        expect(step).toBeGreaterThanOrEqual(10);
        expect(Math.abs(to - end)).toBeLessThan(step);
      }),
    );
  });

  it.each([
    ['nonsense', 'now'],
    ['now', 'now-1h'],
  ])('is the last hour for the range %s to %s', (from, to) => {
    const range = timeRange(from, to, 1_000_000, 360);
    expect([range.from, range.to]).toEqual([996_400, 1_000_000]);
  });

  it('moves and widens around the same middle', () => {
    const range = { from: 1000, to: 2000, step: 10 };
    expect(shift(range, -0.5)).toEqual({ from: '500', to: '1500' });
    expect(zoom(range, 2)).toEqual({ from: '500', to: '2500' });
    expect(zoom(range, 0.001)).toEqual({ from: '1440', to: '1560' });
  });
});
