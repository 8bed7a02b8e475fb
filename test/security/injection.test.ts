import { describe, expect, it } from 'vitest';
import { SEED, sample, seededRandom } from '../support/random.ts';
import { skipReason } from '../support/requirements.ts';
import {
  build,
  type Files,
  type Filled,
  type Outcome,
  type Probe,
  probes,
  SITES,
} from './injection/probes.ts';
import { complaints } from './injection/programs.ts';
import { read } from './injection/readers.ts';

/*
 * No value of an inventory adds a line, a section or a directive to a generated file, is expanded there, or is read as
 * another value: it is refused at its place, or it is in its place. Every place for text of every parameter gets every
 * text below, beside a harmless one, and the files are read back.
 */
const HOSTILE = [
  ...['\n', '\r', '\0', '\t', '\u0085', '\u2028', ' ', '\\', '\\n', '\\x0a', '\\\\'],
  ...[
    "'",
    '"',
    "''",
    '""',
    `'"'`,
    '`id`',
    '$',
    '$HOME',
    '${HOME}',
    '$(id)',
    '$$',
    '%',
    '%h',
    '%%',
    '%n',
    '%include /x',
  ],
  ...['{{ 7 * 7 }}', '{{', '{%', '<%= 7 * 7 %>', '<%- view.x %>', '<%', '%>', '{', '}', '[x]', '(', ')'],
  ...[
    '#',
    ' # ',
    ';',
    ' ; ',
    '!',
    '&',
    '|',
    '<',
    '>',
    '*',
    '?',
    '@',
    '~',
    ',',
    ', ',
    '=',
    ' = ',
    ':',
    ': ',
    '- ',
    '--',
    '/',
  ],
  ...[
    '\nUser=root',
    '\n[Service]',
    '\n}',
    '\r\nx',
    "' ; id ; '",
    '" ; id ; "',
    '\n  - x',
    '\nhost all all all trust',
    ' trust',
  ],
];

/** Lines and words of a program's own language: they stand as written, on their line. */
const RAW =
  /^node_(?:default_)?etc_hosts|^node_(?:kernel_modules|ntp_servers|dns_options)|^node_admin_pk_list|hba_rules\.\[\]\.rules|^(?:haproxy|pg|pg_default)_services\..*\.(?:options|balance|default)\b/;

/** A comma separates the names of a list. */
const LISTS = /hba_rules\.\[\]\.(?:user|db)$/;

/** Words of a command line: white space divides them, quotes hold them together, and `$` is doubled for systemd. */
const WORDS = /^(?:prometheus|alertmanager|pushgateway|blackbox)_options$/;

/** The same in a shell script, each word in quotes: any white space divides them. */
const ARGUMENTS = /_exporter_options$/;

/** Texts that depend on a value and do not show it: hashes, and addresses of relays. */
const DIGESTS =
  /\$6\$[\w./]+\$[\w./]+|SCRAM-SHA-256\$[\w+/=$:]+|\bmd5[0-9a-f]{32}\b|\b[0-9a-f]{64}\b|\b(?:direct|relay)$|\b127\.77\.\d+\.\d+/g;

type Trial = { readonly hostile: string; readonly isBefore: boolean };

function hostileText({ name, text, marker }: Probe, { hostile, isBefore }: Trial): string {
  if (hostile.includes(',') && LISTS.test(name)) return text;
  if (/[ ,"'#@=]/.test(hostile) && !/[\r\n]/.test(hostile) && name.endsWith('.rules.[]')) return text;
  if (/[ "'$]/.test(hostile) && !/[\r\n]/.test(hostile) && WORDS.test(name)) return text;
  if (/[\s"']/.test(hostile) && ARGUMENTS.test(name)) return text;
  return text.replace(marker, () => (isBefore ? hostile + marker : marker + hostile));
}

/** The harmless text with the hostile texts in the places of the markers. */
function substituted(text: string, trial: Trial, wanted: ReadonlyMap<string, Probe>): string {
  const { hostile, isBefore } = trial;
  return text.replaceAll(/q\d+q/g, (marker) => {
    if (!wanted.has(marker)) return marker;
    return isBefore ? hostile + marker : marker + hostile;
  });
}

function plain(text: string): string {
  return text.replaceAll(DIGESTS, '⟨digest⟩').replaceAll(/[ \t/]+/g, '');
}

/** What a program reads otherwise than with harmless values. A record with a value may be absent: the compiler left it out. */
function differences(
  path: string,
  [before, after]: readonly [string, string],
  trial: Trial,
  filled: readonly Filled[],
): string[] {
  const probesOf = (some: readonly Filled[]) => new Map(some.map(({ probe }) => [probe.marker, probe]));
  const wanted = probesOf(filled);
  const raw = probesOf(filled.filter(({ probe }) => RAW.test(probe.name)));
  const left = new Map<string, number>();
  const change = (key: string, by: number) => left.set(key, (left.get(key) ?? 0) + by);
  const ways = read(path, before).map(({ words, line }) => {
    const own = plain(words.map((word) => substituted(word, trial, wanted)).join('\0'));
    change(own, 1);
    return [plain(substituted(line, trial, raw)), own] as const;
  });
  const byLine = new Map(ways.filter(([line]) => line !== ''));
  const strange = read(path, after).flatMap(({ words, line }) => {
    const key = plain(words.join('\0'));
    const known = (left.get(key) ?? 0) > 0 ? key : byLine.get(plain(line));
    if (known === undefined || (left.get(known) ?? 0) === 0) return [`${path}: ${JSON.stringify(words)}`];
    change(known, -1);
    return [];
  });
  const lost = [...left].filter(([key, count]) => count > 0 && !/q\d+q/.test(key));
  return [...strange.slice(0, 3), ...lost.slice(0, 3).map(([key]) => `${path}: lost ${JSON.stringify(key)}`)];
}

/** All files, as read by their programs. */
function breakOuts(harmless: Files, files: Files, trial: Trial, filled: readonly Filled[]): string[] {
  const wanted = new Map(filled.map(({ probe }) => [probe.marker, probe]));
  const named = new Map([...harmless].map(([name, text]) => [substituted(name, trial, wanted), text]));
  const names = [...new Set([...named.keys(), ...files.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [named.get(name), files.get(name)];
    if (before === after) return [];
    if (before === undefined || after === undefined) return [`${name} is a file of one of them only`];
    return differences(name, [before, after], trial, filled);
  });
}

const ALL = HOSTILE.flatMap((hostile) => [true, false].map((isBefore) => ({ hostile, isBefore })));
const random = seededRandom(SEED);
const isLong = process.env.PIGSTY_TEST_LONG !== undefined;
const TRIALS = isLong ? ALL : sample(ALL, 50, random);

function fill(harmless: Outcome, trial: Trial, isWanted: (probe: Probe) => boolean): Filled[] {
  return harmless.accepted.map(({ probe }) => ({
    probe,
    text: isWanted(probe) ? hostileText(probe, trial) : probe.text,
  }));
}

describe.each(Object.entries(SITES))('site %s', (_, switches) => {
  const harmless = build(
    switches,
    probes.map((probe) => ({ probe, text: probe.text })),
  );

  it('has most places for text in its files', () => {
    expect(harmless.accepted.length).toBeGreaterThan(200);
    const all = [...harmless.files.values()].join('\n');
    expect(harmless.accepted.filter(({ probe }) => all.includes(probe.marker)).length).toBeGreaterThan(80);
  });

  it.each(TRIALS)('$hostile, before the text: $isBefore', (trial) => {
    const { files, accepted } = build(
      switches,
      fill(harmless, trial, () => true),
    );
    expect(accepted.map(({ probe }) => probe.name)).toEqual(harmless.accepted.map(({ probe }) => probe.name));
    const hostile = accepted.filter(({ probe, text }) => text !== probe.text);
    expect(breakOuts(harmless.files, files, trial, hostile)).toEqual([]);
  });
});

const skipped = skipReason('haproxy', 'visudo', 'python3');

describe.skipIf(skipped)(`real programs${skipped ? ` (${skipped})` : ''}`, () => {
  const switches = SITES.plain ?? {};
  // HAProxy would look for hosts with these names.
  const sensible = probes.filter(({ name }) => !RAW.test(name) && !/services\.\[\]\.ip$/.test(name));
  const harmless = build(
    switches,
    sensible.map((probe) => ({ probe, text: probe.text })),
  );

  it('accept the harmless files', async () => {
    expect(await complaints(harmless.files)).toEqual([]);
  });

  it('refuse a value that is not quoted', async () => {
    const path = 'etc/haproxy/haproxy.cfg';
    const broken = (harmless.files.get(path) ?? '').replace(/(insecure-password) q\d+q/, "$1 it's");
    expect(await complaints(new Map([...harmless.files, [path, broken]]))).toHaveLength(1);
  });

  it.each(isLong ? ALL : sample(ALL, 12, random))(
    'accept $hostile, before the text: $isBefore',
    async (trial) => {
      const { files } = build(
        switches,
        fill(harmless, trial, () => true),
      );
      expect(await complaints(files)).toEqual([]);
    },
  );
});
