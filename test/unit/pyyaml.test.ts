import { describe, expect, it } from 'vitest';
import { resolvePlainScalar } from '../../generator/text/pyyaml.ts';

describe('plain scalars as PyYAML 1.1 reads them', () => {
  it.each([
    ['yes', true],
    ['off', false],
    ['y', 'y'],
    ['n', 'n'],
    ['0644', 420],
    ['10:20', 620],
    ['0x1F', 31],
    ['1_000', 1000],
    ['1e3', '1e3'],
    ['1.5e+3', 1500],
    ['.5', 0.5],
    ['2030-12-31', '2030-12-31'],
    ['~', null],
    ['', null],
    ['09', '09'],
    ['10.10.10.10', '10.10.10.10'],
  ])('%s', (text, value) => {
    expect(resolvePlainScalar(text)).toEqual(value);
  });
});
