/** Locales of the image, in the spelling of glibc: images/postgres.yml, and those that are part of the C library. */
export const IMAGE_LOCALES: readonly string[] = ['C', 'POSIX', 'C.utf8', 'en_US.utf8'];

/** Encodings of databases (PostgreSQL manual, 23.3.1, without those for clients only), as PostgreSQL compares names. */
const ENCODINGS = new Set([
  ...['sqlascii', 'utf8', 'unicode', 'eucjp', 'eucjis2004', 'euccn', 'euckr', 'euctw', 'muleinternal'],
  ...['latin1', 'latin2', 'latin3', 'latin4', 'latin5', 'latin6', 'latin7', 'latin8', 'latin9', 'latin10'],
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '13', '14', '15', '16'].map(
    (part) => `iso8859${part}`,
  ),
  ...['koi8', 'koi8r', 'koi8u', 'abc', 'alt', 'tcvn', 'tcvn5712', 'vscii', 'win'],
  ...['866', '874', '1250', '1251', '1252', '1253', '1254', '1255', '1256', '1257', '1258'].flatMap(
    (page) => [`win${page}`, `windows${page}`],
  ),
]);

/** `UTF-8` as `utf8`: glibc and PostgreSQL ignore case and punctuation in these names. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Whether the image has a locale, in any spelling of its encoding: `en_US.UTF-8`. */
export function hasLocale(locale: string): boolean {
  const [name, codeset] = splitLocale(locale);
  return IMAGE_LOCALES.includes(codeset === undefined ? name : `${name}.${plainName(codeset)}`);
}

export function isServerEncoding(encoding: string): boolean {
  return ENCODINGS.has(plainName(encoding));
}

/** C and POSIX suit every encoding, SQL_ASCII suits every locale; all others must be equal (initdb, CREATE DATABASE). */
export function suits(locale: string, encoding: string): boolean {
  const [, codeset] = splitLocale(locale);
  const plain = plainName(encoding).replace('unicode', 'utf8');
  return codeset === undefined || plain === 'sqlascii' || plain === plainName(codeset);
}

function splitLocale(locale: string): [name: string, codeset: string | undefined] {
  const dot = locale.indexOf('.');
  return dot < 0 ? [locale, undefined] : [locale.slice(0, dot), locale.slice(dot + 1)];
}
