import { describe, expect, it } from 'vitest';
import { axisTime, formatTime, formatValue, show, stateOf } from '../../../generator/console/format.ts';
import { journalQuery, journalRange, parseEntries } from '../../../generator/console/journal.ts';
import { atLeast, steps, UP } from '../../../generator/model/panels.ts';

describe('values', () => {
  it.each([
    [0, 'none', '0'],
    [1234, 'none', '1234'],
    [12_345, 'none', '12.3k'],
    [-2_500_000, 'none', '-2.5M'],
    [0.000_31, 'none', '0.0003'],
    [0.425, 'ratio', '42.5%'],
    [1023, 'bytes', '1023 B'],
    [1536, 'bytes', '1.5 KiB'],
    [3 * 1024 ** 4, 'bytesPerSecond', '3 TiB/s'],
    [0, 'seconds', '0 s'],
    [0.000_25, 'seconds', '250 µs'],
    [0.016, 'seconds', '16 ms'],
    [59.5, 'seconds', '59.5 s'],
    [3600, 'seconds', '1h'],
    [93_784, 'seconds', '1d 2h'],
    [-61, 'seconds', '−1m 1s'],
    [12, 'perSecond', '12/s'],
    [0, 'timestamp', '–'],
    [Number.NaN, 'bytes', '–'],
    [Number.POSITIVE_INFINITY, 'seconds', '∞'],
  ] as const)('%d in %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it('have words before numbers, and a level', () => {
    expect(show(1, { unit: 'none', texts: UP })).toEqual({ text: 'up', level: 'good' });
    expect(show(0.95, { unit: 'ratio', steps: steps(0.7, 0.9) })).toEqual({ text: '95%', level: 'bad' });
    expect(show(0.1, { unit: 'ratio', steps: steps(0.7, 0.9) }).level).toBe('good');
    expect(show(2, { unit: 'none', steps: atLeast(3, 2) }).level).toBe('warn');
    expect(show(Number.NaN, { unit: 'none', steps: steps(1, 2) }).level).toBe('plain');
    expect(stateOf(7, UP)).toEqual({ text: '7', level: 'plain' });
  });

  it('have the day on an axis where it changes', () => {
    const noon = new Date(2026, 0, 31, 12).getTime() / 1000;
    expect(formatTime(noon)).toBe('2026-01-31 12:00:00');
    expect(axisTime(noon, noon - 3600)).toBe('12:00');
    expect(axisTime(noon + 12 * 3600, noon)).toBe('02-01');
    expect(axisTime(noon + 13 * 3600, noon)).toBe('02-01\n01:00');
  });
});

describe('the journal', () => {
  it('is asked for a severity and all worse ones', () => {
    const query = journalQuery({ fields: { INS: 'pg-1', CLS: '' }, severity: 3, limit: 10 });
    expect(String(query)).toBe('INS=pg-1&PRIORITY=0&PRIORITY=1&PRIORITY=2&PRIORITY=3');
  });

  it('is asked for the last lines before the end of a range', () => {
    expect(journalRange({ from: 100, to: 200, step: 10 }, 50)).toBe('realtime=:210:-50:50');
  });

  it('is read with bytes, repeated and missing fields, the newest line first', () => {
    const lines = [
      { __REALTIME_TIMESTAMP: '1000000', MESSAGE: [104, 105], PRIORITY: '3' },
      { __REALTIME_TIMESTAMP: '3000000', MESSAGE: ['one', [116, 119, 111]] },
      { __REALTIME_TIMESTAMP: '2000000', MESSAGE: null },
    ];
    const entries = parseEntries(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
    expect(entries.map(({ time, priority, fields }) => [time, priority, fields.MESSAGE])).toEqual([
      [3, 6, 'one two'],
      [2, 6, '(too long)'],
      [1, 3, 'hi'],
    ]);
  });
});
