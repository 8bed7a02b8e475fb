import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/* The script that limits logs, as a bundle has it, with directories of this machine, through a year of logs. */
const skipped = skipReason('python3');
const MIB = 2 ** 20;
const DAY = 86_400;

describe.skipIf(skipped)(`logs of a member${skipped ? ` (${skipped})` : ''}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
  const directories = ['postgres', 'patroni', 'pgbouncer', 'pgbackrest'].map((name) => join(scratch, name));
  const [postgres = '', , pgbouncer = ''] = directories;
  const script = join(scratch, 'logs.py');

  beforeAll(async () => {
    const workshop = new Workshop('meta', (text) =>
      text.replace('        pg_version: 17\n', '        pg_version: 17\n        pg_log_keep_size: 8MiB\n'),
    );
    await workshop.build('--config-only');
    const built = join(workshop.directory, 'out/meta/hosts/10.10.10.10/etc/pgsql/logs.py');
    writeFileSync(script, readFileSync(built, 'utf8').replaceAll('/pg/log/', `${scratch}/`));
    workshop.remove();
    for (const directory of directories) mkdirSync(directory);
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const sizeOf = (directory: string) =>
    readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

  /** A sparse file that is `days` old. */
  function write(file: string, size: number, days = 0): void {
    writeFileSync(file, '');
    truncateSync(file, size);
    const time = Date.now() / 1000 - days * DAY;
    utimesSync(file, time, time);
  }

  function age(directory: string): void {
    for (const name of readdirSync(directory)) {
      const file = join(directory, name);
      const time = statSync(file).mtimeMs / 1000 - 5 * DAY;
      utimesSync(file, time, time);
    }
  }

  it('stay below their size and age through a year', async () => {
    const run = () => mustRun('python3', ['-I', '-B', script]);
    // On a node it runs each minute.
    for (let day = 0; day < 365; day += 5) {
      for (const directory of directories) age(directory);
      // Busy days with 12 MiB, quiet ones with 100 kB.
      const files = day % 35 === 0 ? 3 : 1;
      for (let file = 0; file < files; file++)
        write(join(postgres, `postgresql-${day}-${file}.csv`), files > 1 ? 4 * MIB : 100_000);
      const pool = join(pgbouncer, 'pgbouncer.log');
      write(pool, (day % 15 === 0 ? 5 : 1) * MIB);
      await run();
      for (const directory of directories)
        expect(sizeOf(directory), `day ${day}`).toBeLessThanOrEqual(8 * MIB);
      expect(readdirSync(postgres), `day ${day}`).toContain(`postgresql-${day}-${files - 1}.csv`);
      expect(statSync(pool).size).toBeLessThanOrEqual(2 * MIB);
    }
    const oldest = Math.min(...readdirSync(postgres).map((name) => statSync(join(postgres, name)).mtimeMs));
    expect(Date.now() - oldest).toBeLessThan(36 * DAY * 1000);
    expect(readdirSync(pgbouncer).some((name) => name.startsWith('pgbouncer.log.'))).toBe(true);
  });

  it('the newest file stays, whatever its size and age, and nothing but files is deleted', async () => {
    rmSync(postgres, { recursive: true });
    mkdirSync(join(postgres, 'folder'), { recursive: true });
    write(join(postgres, 'old.csv'), MIB, 50);
    write(join(postgres, 'newest.csv'), 20 * MIB, 40);
    await mustRun('python3', ['-I', '-B', script]);
    expect(readdirSync(postgres).sort()).toEqual(['folder', 'newest.csv']);
  });
});
