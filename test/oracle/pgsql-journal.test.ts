import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/* The script that copies log files into the journal, as a bundle has it, with directories and a socket of this machine. */
const skipped = skipReason('python3');

/** Runs the script once, and prints what the socket of the journal has received: a line of JSON for each entry. */
const LISTENER = `
import json, os, socket, subprocess, sys
directory = sys.argv[1]
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
path = os.path.join(directory, "socket")
os.path.exists(path) and os.unlink(path)
server.bind(path)
server.setblocking(False)
sys.stdout.reconfigure(line_buffering=True)
def read(data):
    fields = {}
    while data:
        name, data = data.split(b"\\n", 1)
        size = int.from_bytes(data[:8], "little")
        fields[name.decode()], data = data[8:8 + size].decode(), data[9 + size:]
    return fields
environment = {**os.environ, "STATE_DIRECTORY": directory, "PIGSTY_JOURNAL_SOCKET": path}
script = subprocess.Popen([sys.executable, "-I", "-B", os.path.join(directory, "journal.py"), "--once"], env=environment)
while True:
    is_over = script.poll() is not None
    try:
        while True:
            print(json.dumps(read(server.recv(1 << 20))))
    except BlockingIOError:
        pass
    if is_over:
        break
sys.exit(script.returncode)
`;

describe.skipIf(skipped)(`log files of a member${skipped ? ` (${skipped})` : ''}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
  const inLogs = (path: string) => join(scratch, path);

  beforeAll(async () => {
    const workshop = new Workshop('meta');
    await workshop.build('--config-only');
    const built = join(workshop.directory, 'out/meta/hosts/10.10.10.10/etc/pgsql/journal.py');
    writeFileSync(
      join(scratch, 'journal.py'),
      readFileSync(built, 'utf8').replaceAll('/pg/log/', `${scratch}/`),
    );
    workshop.remove();
    for (const name of ['postgres', 'patroni', 'pgbouncer', 'pgbackrest']) mkdirSync(inLogs(name));
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  async function copied(): Promise<Record<string, string>[]> {
    const text = await mustRun('python3', ['-c', LISTENER, scratch]);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Record<string, string> => JSON.parse(line));
  }

  /** A record of csvlog of PostgreSQL 17 (manual, 19.8.4). */
  const record = (severity: string, message: string, statement = '') =>
    `2026-11-28 20:00:00.123 UTC,"app","shop",123,"10.10.10.5:4444",6929fd20.7b,1,"SELECT",2026-11-28 19:00:00 UTC,3/1,0,${severity},42P01,"${message}",,,,,,"${statement}",15,,"psql","client backend",,0\n`;

  it('arrive as entries with the fields of the record, one for each record, also of several lines', async () => {
    writeFileSync(
      inLogs('postgres/a.csv'),
      record('ERROR', 'relation ""x"" does\n not exist', 'select *\n from x'),
    );
    writeFileSync(inLogs('patroni/patroni.log'), '2026-11-28 20:57:01,123 WARNING: lost\n');
    writeFileSync(inLogs('pgbackrest/pg-meta-backup.log'), '2026-11-28 20:57:01.123 P00  ERROR: no\n');
    writeFileSync(
      inLogs('pgbouncer/pgbouncer.log'),
      '2026-11-28 20:57:01.123 UTC [9] WARNING C-0x5: refused\n',
    );
    const [error, ...others] = await copied();
    expect(error).toMatchObject({
      MESSAGE: 'relation "x" does\n not exist\nSTATEMENT:  select *\n from x',
      ...{ PRIORITY: '3', SYSLOG_IDENTIFIER: 'postgres', PG_DATABASE: 'shop', PG_SQLSTATE: '42P01' },
    });
    expect(others.map(({ SYSLOG_IDENTIFIER, PRIORITY }) => [SYSLOG_IDENTIFIER, PRIORITY])).toEqual([
      ['patroni', '4'],
      ['pgbouncer', '4'],
      ['pgbackrest', '3'],
    ]);
    expect(await copied()).toEqual([]);
  });

  it('arrive when they are whole, and when the file has got another name meanwhile', async () => {
    const [whole, half] = [record('LOG', 'one'), record('LOG', 'two\nlines')];
    appendFileSync(inLogs('postgres/a.csv'), whole + half.slice(0, -20));
    expect((await copied()).map(({ MESSAGE }) => MESSAGE)).toEqual(['one']);
    appendFileSync(inLogs('postgres/a.csv'), half.slice(-20));
    appendFileSync(inLogs('patroni/patroni.log'), '2026-11-28 20:57:02,123 INFO: late\n');
    renameSync(inLogs('patroni/patroni.log'), inLogs('patroni/patroni.log.1'));
    writeFileSync(inLogs('patroni/patroni.log'), '2026-11-28 20:57:03,123 INFO: new\n');
    const messages = (await copied()).map(({ MESSAGE = '' }) => MESSAGE.replace(/^2026.*INFO: /, ''));
    expect(messages.sort()).toEqual(['late', 'new', 'two\nlines']);
  });

  it('arrive again from the beginning when a file was emptied', async () => {
    writeFileSync(inLogs('pgbackrest/pg-meta-backup.log'), 'x\n');
    expect((await copied()).map(({ MESSAGE }) => MESSAGE)).toEqual(['x']);
  });

  it.each([
    "ALTER ROLE a PASSWORD 'se''cret' VALID UNTIL 'x'",
    'alter role a password $$secret$$',
    'alter role a password $q$secret$q$',
    "alter role a password E'a\\'secret'",
    "alter role a PASSWORD/**/'secret'",
    "alter role a\n  password\n 'secret'",
    "create subscription s connection 'host=h password=secret' publication p",
    "select dblink('postgres://u:secret@h/d', 'select 1')",
    "alter role a password 'secret",
  ])('have no password of %j', async (statement) => {
    const isSet = /password/i.test(statement);
    const text = statement.replaceAll('"', '""');
    appendFileSync(
      inLogs('postgres/a.csv'),
      record('LOG', `duration: 1.5 ms  statement: ${text}`) +
        record('ERROR', 'unterminated quoted string at or near ""\'secret""', isSet ? text : ''),
    );
    const messages = (await copied()).map(({ MESSAGE }) => MESSAGE).join('\n');
    expect(messages).toMatch(/^duration: 1[.]5 ms {2}statement: /);
    if (isSet) expect(messages).not.toContain('secret');
    else expect(messages.split('\n')[0]).not.toContain('secret');
  });

  it('have what is said of passwords', async () => {
    const text = 'password authentication failed for user ""x""';
    appendFileSync(inLogs('postgres/a.csv'), record('FATAL', text));
    expect((await copied())[0]?.MESSAGE).toBe('password authentication failed for user "x"');
  });

  it('arrive shortened when they are longer than a datagram; the file has the rest', async () => {
    appendFileSync(inLogs('postgres/a.csv'), record('LOG', 'x'.repeat(500_000)) + record('LOG', 'next'));
    const [long, next] = await copied();
    expect(long?.MESSAGE?.length).toBe(65_536);
    expect(next?.MESSAGE).toBe('next');
  });
});
