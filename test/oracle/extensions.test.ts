import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debian13 } from '../../generator/distributions/debian13.ts';
import { PACKAGES } from '../../generator/modules/pgsql/packages/package-table.ts';
import { Workshop } from '../support/product.ts';
import { SEED, sample, seededRandom } from '../support/random.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/* Every extension package of the platform in one image: a real PostgreSQL creates all extensions that the image has. */
const skipped = skipReason('ip', 'unshare', 'chroot');

/** Their install scripts make links: a control file, a library. */
const WITH_LINKS = ['postgresql-17-postgis-3', 'postgresql-17-plr'];
const { lacks, renamed } = debian13.postgres;
const ALL = PACKAGES.flatMap(({ debian: name }) =>
  name === undefined || lacks.includes(name) ? [] : [(renamed[name] ?? name).replace('%v', '17')],
);
/** Beyond the table: tools that bring extensions. */
const TOOLS = ['auto-failover', 'pgpool2', 'pgrouting-scripts', 'repmgr'].map(
  (name) => `postgresql-17-${name}`,
);
const CHOSEN = process.env.PIGSTY_TEST_LONG
  ? [...ALL, ...TOOLS]
  : [...new Set([...WITH_LINKS, ...sample(ALL, 5, seededRandom(SEED))])];

/** Why an extension cannot be created, for those that need more than their package. */
const REASONS: Readonly<Record<string, RegExp>> = {
  decoderbufs: /no installation script/,
  pg_proctab: /version to install must be specified/,
  'pg_proctab--0.0.10-compat': /invalid extension name/,
  pg_snakeoil: /ClamAV databases/,
  pgautofailover: /shared_preload_libraries/,
  plpgsql: /already exists/,
};
/** What the alternatives of PostGIS lead to is no extension of its own. */
const TARGET = /^(postgis|postgis_\w+|address_standardizer\w*)-3$/;

const PRELOADED =
  'pg_stat_statements,pg_squeeze,pg_stat_kcache,pgaudit,pglogical,pgnodemx,timescaledb,pg_cron';

const SCRIPT = `
  pg() { within postgres-17 543 "$@"; }
  pg initdb -D /tmp/try -U postgres -A trust >/dev/null
  libraries=
  for name in $(echo ${PRELOADED} | tr , ' '); do
    [ ! -e "$tree/postgres-17/usr/lib/postgresql/17/lib/$name.so" ] || libraries=$libraries,$name
  done
  pg pg_ctl -D /tmp/try -l /tmp/log -w -o "-c listen_addresses= -c unix_socket_directories=/tmp -c wal_level=logical \
    -c shared_preload_libraries=\${libraries#,} -c max_worker_processes=40 -c max_locks_per_transaction=256 \
    -c cron.database_name=postgres" start >/dev/null || { cat "$tree/postgres-17/tmp/log"; exit 1; }
  sql() { pg psql -h /tmp -U postgres -qXAt "$@"; }
  for control in "$tree"/postgres-17/usr/share/postgresql/17/extension/*.control; do
    name=$(basename "$control" .control) database=try
    if [ "$name" = pg_cron ]; then database=postgres; else sql -c 'create database try' postgres; fi
    said=$(sql -v ON_ERROR_STOP=1 -c 'set client_min_messages = error' \
      -c "create extension \\"$name\\" cascade" "$database" 2>&1) || said="failed: $said"
    echo "$name|$(echo "$said" | head -n 1)"
    [ "$database" = postgres ] || sql -c 'drop database try with (force)' postgres
  done
  pg pg_ctl -D /tmp/try -m immediate stop >/dev/null`;

describe.skipIf(skipped)(`extensions (seed ${SEED})${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    const names = CHOSEN.map((name) => `          - ${name}\n`).join('');
    workshop = new Workshop('meta', (text) =>
      text.replace('        pg_version: 17\n', `        pg_version: 17\n        pg_extensions:\n${names}`),
    );
    const exported = await workshop.bundle('10.10.10.10');
    bundle = await UnpackedBundle.unpack(exported, mkdtempSync(join(workshop.directory, 'unpacked-')));
  });
  afterAll(() => workshop?.remove());

  it(`are created: those of ${CHOSEN.length} packages, and PostgreSQL's own`, async () => {
    const { code, stdout, stderr } = await bundle.run(SCRIPT);
    expect(code, stderr).toBe(0);
    const answers = new Map(stdout.split('\n').map((line) => line.split('|', 2) as [string, string]));
    for (const name of ['postgis', 'postgis_topology', 'plr', 'pg_trgm'])
      expect(answers.get(name), name).toBe('');
    const failed = [...answers].filter(([name, said]) => said?.startsWith('failed') && !TARGET.test(name));
    expect(failed.filter(([name, said]) => !REASONS[name]?.test(said))).toEqual([]);
  });
});
