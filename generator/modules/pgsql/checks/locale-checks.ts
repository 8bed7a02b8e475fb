import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Path } from '../../../model/origin.ts';
import type { PgsqlMember } from '../members.ts';
import type { Database } from '../params/schemas.ts';
import { eachPresent } from '../present.ts';
import { hasLocale, IMAGE_LOCALES, isServerEncoding, suits } from '../server/locales.ts';

const rules = {
  noLocale: rule<{ whose: string; name: string; locale: string }>('pgsql/locale-not-carried', {
    severity: 'error',
    message: ({ whose, name, locale }) =>
      `\`${name}: ${locale}\` of ${whose}: the image of PostgreSQL does not have this locale`,
    label: () => 'set here',
    help: () =>
      `locales of the image: ${IMAGE_LOCALES.join(', ')}; for other sort orders, use ICU collations inside the database`,
  }),
  noEncoding: rule<{ whose: string; name: string; encoding: string }>('pgsql/unknown-encoding', {
    severity: 'error',
    message: ({ whose, name, encoding }) =>
      `\`${name}: ${encoding}\` of ${whose}: PostgreSQL has no databases with this encoding`,
    label: () => 'set here',
    help: () => 'use UTF8; clients may have other encodings',
  }),
  mismatch: rule<{ whose: string; encoding: string; name: string; locale: string }>(
    'pgsql/encoding-of-locale',
    {
      severity: 'error',
      message: ({ whose, encoding, name, locale }) =>
        `${whose} has encoding ${encoding}, but \`${name}: ${locale}\` is a locale of another encoding`,
      label: () => 'set here',
      help: () => 'use the encoding UTF8, or the locale C, which suits every encoding',
    },
  ),
};

/** A value, the name of its parameter or key, and where it is set. */
type Given = {
  readonly name: string;
  readonly value: string;
  readonly parameter: string;
  readonly path: Path;
};

/** Encoding and locales of a cluster or of a database: those that it sets itself, and those that apply to it. */
type Choice = {
  readonly whose: string;
  readonly own: readonly Given[];
  readonly encoding: Given;
  readonly locales: readonly Given[];
};

/** Locales that the image does not have, and encodings that PostgreSQL does not have or that do not suit the locale. */
export function checkLocales(member: PgsqlMember): Diagnostic[] {
  const cluster = ofCluster(member);
  const databases = eachPresent(member.settings.pg_databases, (database, index) => [
    ofDatabase(database, index, cluster),
  ]);
  return [
    ...checkChoice(cluster, member),
    ...databases.flatMap((choice) => (choice.own.length > 0 ? checkChoice(choice, member) : [])),
  ];
}

function ofCluster({ settings, cluster }: PgsqlMember): Choice {
  const given = (name: 'pg_encoding' | 'pg_locale' | 'pg_lc_collate' | 'pg_lc_ctype'): Given => {
    return { name, value: settings[name], parameter: name, path: [] };
  };
  const encoding = given('pg_encoding');
  const locales = [given('pg_lc_collate'), given('pg_lc_ctype')];
  return {
    whose: `cluster ${cluster}`,
    own: [encoding, given('pg_locale'), ...locales],
    encoding,
    locales,
  };
}

/** `locale` stands for both categories; without one, they are those of the template (CREATE DATABASE). */
function ofDatabase(database: Database, index: number, cluster: Choice): Choice {
  const given = (name: 'encoding' | 'locale' | 'lc_collate' | 'lc_ctype'): Given[] => {
    const value = database[name];
    return value === undefined ? [] : [{ name, value, parameter: 'pg_databases', path: [index, name] }];
  };
  const [encoding = cluster.encoding] = given('encoding');
  const [both] = given('locale');
  const locales = (['lc_collate', 'lc_ctype'] as const).flatMap(
    (name, position) => given(name)[0] ?? both ?? cluster.locales[position] ?? [],
  );
  return {
    whose: `database \`${database.name}\``,
    own: (['encoding', 'locale', 'lc_collate', 'lc_ctype'] as const).flatMap(given),
    encoding,
    locales,
  };
}

function checkChoice(choice: Choice, member: PgsqlMember): Diagnostic[] {
  const wrong = choice.own.flatMap((given) => wrongName(choice, given, member));
  return wrong.length > 0 ? wrong : mismatches(choice, member);
}

function wrongName({ whose, encoding }: Choice, given: Given, member: PgsqlMember): Diagnostic[] {
  const { name, value } = given;
  const place = placeOfGiven(given, member);
  if (given.name === encoding.name) {
    return isServerEncoding(value) ? [] : [rules.noEncoding.at(place, { whose, name, encoding: value })];
  }
  return hasLocale(value) ? [] : [rules.noLocale.at(place, { whose, name, locale: value })];
}

/** At the encoding, if it is set: UTF8 is the default. */
function mismatches({ whose, encoding, locales }: Choice, member: PgsqlMember): Diagnostic[] {
  const wrong = locales.find(({ value }) => hasLocale(value) && !suits(value, encoding.value));
  if (!wrong || !isServerEncoding(encoding.value)) return [];
  const place = placeOfGiven(encoding, member) ?? placeOfGiven(wrong, member);
  const words = { whose, encoding: encoding.value, name: wrong.name, locale: wrong.value };
  return [rules.mismatch.at(place, words)];
}

function placeOfGiven({ parameter, path }: Given, { host }: PgsqlMember) {
  return host.parameters.place(parameter, path);
}
