import { describe, expect, it } from 'vitest';
import { parameterByName } from '../../generator/modules/parameters.ts';
import { daysOf } from '../../generator/text/days.ts';

describe('a time span in days', () => {
  it.each([
    ['730d', 730],
    ['2y', 730],
    ['104w 2d', 730],
    ['17520h', 730],
    ['36h', 1],
    ['86399s', 0],
    ['365', 365],
  ])('%s', (span, days) => expect(daysOf(span)).toBe(days));

  it('certificates live a day or more', () => {
    const schema = parameterByName.get('cert_validity')?.row.schema;
    expect(['1d', '24h', '2y', 365].map((value) => schema?.safeParse(value).success)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['0d', '23h', '30s', 'long'].map((value) => schema?.safeParse(value).success)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
