import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HbaServer, hbaProblem } from '../../generator/text/hba-problem.ts';
import { quoteShell } from '../../generator/text/quote.ts';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';
import { BOTH, STRICTER, WRONG } from './hba/lines.ts';

/* Raw lines of HBA rules: what the compiler says of them, against PostgreSQL's own view of its file and pgbouncer's log. */
const skipped = skipReason('ip', 'unshare', 'chroot');
const LINES = [...BOTH, ...WRONG, ...STRICTER];

describe.skipIf(skipped)(`lines of pg_hba.conf${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    bundle = await UnpackedBundle.ofMeta(workshop);
  });
  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  async function stdoutOf(script: string): Promise<string> {
    const { code, stdout, stderr } = await bundle.run(script);
    expect(code, stderr).toBe(0);
    return stdout;
  }

  /** Lines that the server refuses and the compiler takes, or the other way round. */
  function differences(server: HbaServer, lines: readonly string[], refused: ReadonlyMap<number, string>) {
    return lines.flatMap((line, index) => {
      const [ours, theirs] = [hbaProblem(line, server), refused.get(index + 1)];
      return (ours === undefined) === (theirs === undefined) ? [] : [{ line, ours, theirs }];
    });
  }

  function byNumber(text: string, pattern: RegExp): ReadonlyMap<number, string> {
    return new Map([...text.matchAll(pattern)].map(([all, number]) => [Number(number), all]));
  }

  it(`PostgreSQL takes and refuses the same ${LINES.length} lines`, async () => {
    const file = (lines: readonly string[]) => quoteShell([...lines, ''].join('\n'));
    const said = await stdoutOf(`
      pg() { within postgres-17 543 "$@"; }
      pg initdb -D /tmp/try -U postgres -A trust >/dev/null
      options="-c listen_addresses= -c unix_socket_directories=/tmp -c ssl=on \\
        -c ssl_cert_file=/etc/pigsty/current/etc/pgsql/server.crt -c ssl_key_file=/etc/pigsty/current/etc/pgsql/server.key \\
        -c ssl_ca_file=/etc/pigsty/current/etc/pgsql/ca.crt"
      pg pg_ctl -D /tmp/try -l /tmp/log -w -o "$options" start >/dev/null
      printf %s ${file(LINES)} | pg tee /tmp/try/pg_hba.conf >/dev/null
      pg psql -h /tmp -U postgres -XAtq postgres -c 'select line_number, error from pg_hba_file_rules where error is not null or type is null'
      pg pg_ctl -D /tmp/try -m immediate stop >/dev/null`);
    const refused = byNumber(said, /^(\d+)\|.*$/gm);
    expect(differences('postgres', [...BOTH, ...WRONG], refused)).toEqual([]);
    expect(WRONG.filter((_, index) => !refused.has(BOTH.length + index + 1))).toEqual([]);
    // Numbers and dots that are no address are a host name to PostgreSQL, which nobody can have.
    expect(STRICTER.filter((line) => hbaProblem(line, 'postgres') === undefined)).toEqual([]);
  });

  it('pgbouncer too', async () => {
    const said = await stdoutOf(`
      printf %s ${quoteShell([...BOTH, ...WRONG, ''].join('\n'))} | within pgbouncer 543 tee /tmp/pool-hba.conf >/dev/null
      printf '[pgbouncer]\\nauth_type=hba\\nauth_hba_file=/tmp/pool-hba.conf\\nauth_file=/dev/null\\nlisten_addr=\\nunix_socket_dir=/tmp\\nclient_tls_sslmode=allow\\nclient_tls_cert_file=/etc/pigsty/current/etc/pgsql/server.crt\\nclient_tls_key_file=/etc/pigsty/current/etc/pgsql/server.key\\nclient_tls_ca_file=/etc/pigsty/current/etc/pgsql/ca.crt\\n' |
        within pgbouncer 543 tee /tmp/pool.ini >/dev/null
      within pgbouncer 543 timeout 2 pgbouncer /tmp/pool.ini 2>&1 || :`);
    expect(said).toContain('listening on');
    const differing = differences('pgbouncer', [...BOTH, ...WRONG], byNumber(said, /line (\d+).*$/gm));
    // It takes some lines that PostgreSQL refuses; they are refused here too.
    expect(differing.filter(({ line, theirs }) => theirs !== undefined || BOTH.includes(line))).toEqual([]);
  });
});
