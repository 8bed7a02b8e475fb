import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  hasLocale,
  IMAGE_LOCALES,
  isServerEncoding,
  suits,
} from '../../generator/modules/pgsql/server/locales.ts';
import { root } from '../support/product.ts';

it('the locales are those of the recipe, and those of the C library', () => {
  const recipe = readFileSync(`${root}images/postgres.yml`, 'utf8');
  const carried = [...recipe.matchAll(/usr\/lib\/locale\/([\w.@]+)/g)].map(([, name]) => name);
  expect(IMAGE_LOCALES).toEqual(['C', 'POSIX', 'C.utf8', ...carried]);
});

describe('locales', () => {
  it.each(['C', 'POSIX', 'C.UTF-8', 'C.utf8', 'en_US.utf8', 'en_US.UTF8', 'en_US.UTF-8'])(
    'has %s',
    (name) => {
      expect(hasLocale(name)).toBe(true);
    },
  );

  it.each(['en_US', 'en_us.utf8', 'en_US.ISO-8859-1', 'de_DE.utf8', 'zh_CN.UTF-8', 'c', 'C.', 'POSIX.utf8'])(
    'does not have %s',
    (name) => {
      expect(hasLocale(name)).toBe(false);
    },
  );
});

describe('encodings', () => {
  it.each(['UTF8', 'utf-8', 'Unicode', 'SQL_ASCII', 'LATIN10', 'ISO_8859_5', 'WIN1252', 'KOI8R', 'EUC_JP'])(
    'has %s',
    (name) => {
      expect(isServerEncoding(name)).toBe(true);
    },
  );

  it.each(['UTF16', 'LATIN11', 'BIG5', 'GBK', 'SJIS', 'ascii', ''])('does not have %s', (name) => {
    expect(isServerEncoding(name)).toBe(false);
  });

  it.each<[locale: string, encoding: string, expected: boolean]>([
    ['C', 'LATIN1', true],
    ['POSIX', 'UTF8', true],
    ['en_US.UTF8', 'utf-8', true],
    ['en_US.utf8', 'UNICODE', true],
    ['en_US.utf8', 'SQL_ASCII', true],
    ['en_US.utf8', 'LATIN1', false],
    ['C.UTF-8', 'LATIN1', false],
  ])('%s with %s: %s', (locale, encoding, expected) => {
    expect(suits(locale, encoding)).toBe(expected);
  });
});
