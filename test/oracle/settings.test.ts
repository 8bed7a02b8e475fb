import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSetting } from '../../generator/modules/pgsql/checks/setting-verdict.ts';
import { OWNED } from '../../generator/modules/pgsql/server/declared-settings.ts';
import { type Setting, settingProblem, settingsOf } from '../../generator/modules/pgsql/server/settings.ts';
import { SETTINGS_17 } from '../../generator/modules/pgsql/server/settings-17.ts';
import { SETTINGS_18 } from '../../generator/modules/pgsql/server/settings-18.ts';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { SEED, sample, seededRandom } from '../support/random.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/* What `pg_parameters` may have, against the PostgreSQL of the image: its list of parameters, and what it takes. */
const skipped = skipReason('ip', 'unshare', 'chroot');

const WORDS = ['on', 'OFF', 'tru', 'o', 'yess', '1', '0', 'x', '', '-1', '17', '2.5', '1e3', '100000000000'];
const UNITS = [
  '64kB',
  '64 MB',
  '1GB',
  '3TB',
  '8B',
  '5s',
  '10 min',
  '2d',
  '1h',
  '250ms',
  '9us',
  '1 Min',
  '7mb',
  '12 GB s',
];

const LIST = `select concat_ws(' ', name, context, vartype,
    case vartype when 'enum' then replace(array_to_string(enumvals, ','), ' ', '_')
      when 'integer' then concat_ws(' ', min_val, max_val, unit) when 'real' then concat_ws(' ', min_val, max_val, unit) end)
  from pg_settings where name !~ '[.]' and name <> 'server_version_num' order by name collate "C"`;

/** Texts of a list of words. Old names of time zones (Asia/Calcutta) are taken, but are not in Debian's tzdata. */
const TEXTS: readonly (readonly [string, string])[] = [
  ...['Europe/Berlin', 'asia/shanghai', 'Asia/Shangai', 'Mars/Phobos', 'EST5EDT', 'UTC'].map(
    (zone) => ['TimeZone', zone] as const,
  ),
  ...['Etc/GMT+3', 'America/Argentina/Buenos_Aires', 'Europe/Berln'].map(
    (zone) => ['log_timezone', zone] as const,
  ),
  ...['ISO, DMY', 'german', 'sql,european', 'Postgres, US', 'iso, xyz', 'DMY MDY'].map(
    (style) => ['DateStyle', style] as const,
  ),
  ...['C', 'en_US.UTF-8', 'en_US.utf8', 'de_DE.UTF-8', 'POSIX', 'english'].map(
    (locale) => ['lc_time', locale] as const,
  ),
];

/** Says which parameters ALTER ROLE does not set. */
const OF_SERVER = `create role app; do $$ declare one record; begin
  for one in select name, setting from pg_settings where name !~ '[.]' and context <> 'internal' loop
    begin execute format('alter role app set %I = %L', one.name, one.setting);
    exception when others then raise warning '% %', one.name, sqlerrm; end;
  end loop; end $$;`;

/** Parameters that ALTER SYSTEM sets, whatever their value means for the rest. */
const tried = (major: number) =>
  [...(settingsOf(major)?.values() ?? [])].filter(
    ({ context, type, name }) =>
      context !== 'internal' &&
      type !== 'string' &&
      !OWNED.has(name) &&
      !/^(allow_alter_system|bonjour|debug)/.test(name),
  );

describe.skipIf(skipped).each([
  { major: 17, table: SETTINGS_17, image: 'postgres-17' },
  { major: 18, table: SETTINGS_18, image: 'postgres-18.debian14' },
])(
  `parameters of PostgreSQL $major (seed ${SEED})${skipped ? ` (${skipped})` : ''}`,
  ({ major, table, image }) => {
    let workshop: Workshop;
    let bundle: UnpackedBundle;

    beforeAll(async () => {
      workshop = new Workshop('meta', (text) => text.replace(/(pg_version: *)17/, `$1${major}`));
      bundle = await UnpackedBundle.ofMeta(workshop);
    });
    afterAll(() => {
      if (workshop) removeTree(workshop.directory);
    });

    /** What psql prints for a script. */
    async function ask(sql: string): Promise<string> {
      const { code, stdout, stderr } = await bundle.run(`
      pg() { program=$1; shift; within ${image} 543 /usr/lib/postgresql/${major}/bin/$program "$@"; }
      pg initdb -D /tmp/try -U postgres -A trust >/dev/null
      pg pg_ctl -D /tmp/try -l /tmp/log -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" start >/dev/null
      pg psql -h /tmp -U postgres -XAtq postgres 2>&1 <<'END'
${sql}
END
      pg pg_ctl -D /tmp/try -m immediate stop >/dev/null`);
      expect(code, stderr).toBe(0);
      return stdout;
    }

    it('are those of the table', async () => {
      const rows = (text: string) =>
        new Set(
          text
            .replace(/^server_version_num .*\n/m, '')
            .trim()
            .split('\n')
            .map((row) => row.trim()),
        );
      expect(rows(await ask(`${LIST};`))).toEqual(rows(table));
    });

    it('take the values that the checks take, and no others', async () => {
      const random = seededRandom(SEED);
      const chosen = sample(tried(major), 60, random).flatMap((setting) => [
        ...sample([...WORDS, ...UNITS], 6, random).map((value) => ({ setting, value })),
        ...edges(setting).map((value) => ({ setting, value })),
      ]);
      const known = settingsOf(major);
      for (const [name, value] of TEXTS) {
        const setting = known?.get(name.toLowerCase());
        if (setting) chosen.push({ setting, value });
      }
      const script = chosen.map(
        ({ setting, value }, index) => `\\echo ${index}:\nalter system set ${setting.name} = '${value}';`,
      );
      const answers = (await ask(script.join('\n'))).split(/^\d+:\n/m).slice(1);
      expect(answers.length).toBe(chosen.length);
      const differing = chosen.flatMap(({ setting, value }, index) => {
        // Without quotes, a number is refused because of other parameters.
        const isRefused = /ERROR(?!: {2}invalid value for parameter "\w+": [-\d])/.test(answers[index] ?? '');
        const problem = settingProblem(setting, value);
        return isRefused === (problem !== undefined)
          ? []
          : [`${setting.name} = '${value}': ${problem}, but ${answers[index]}`];
      });
      expect(differing).toEqual([]);
    });

    it('are those of a session where the checks say so', async () => {
      const said = await ask(OF_SERVER);
      const refused = [...said.matchAll(/WARNING: {2}(\w+) parameter "\w+" cannot be (?:changed|set)/g)];
      expect(refused.flatMap(([, name]) => name ?? []).sort()).toEqual(ofServer(major).sort());
    });
  },
);

/** The names that the checks refuse for a user. */
function ofServer(major: number): string[] {
  return [...(settingsOf(major)?.values() ?? [])].flatMap(({ name, context }) => {
    if (context === 'internal') return [];
    const found = checkSetting({ name, value: 'x', major }, undefined, 'user');
    return found.some(({ code }) => code === 'pgsql/setting-of-server') ? [name] : [];
  });
}

/** The limits of a number, and what is just outside. */
function edges(setting: Setting): string[] {
  if (setting.type === 'enum') return [setting.values[0] ?? '', `${setting.values[0]}x`];
  if (setting.type !== 'integer') return [];
  return [setting.least, setting.most, setting.least - 1, setting.most + 1].map(String);
}
