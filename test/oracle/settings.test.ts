import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  },
);

/** The limits of a number, and what is just outside. */
function edges(setting: Setting): string[] {
  if (setting.type === 'enum') return [setting.values[0] ?? '', `${setting.values[0]}x`];
  if (setting.type !== 'integer') return [];
  return [setting.least, setting.most, setting.least - 1, setting.most + 1].map(String);
}
