import { afterAll, describe, expect, it } from 'vitest';
import { pigsty, Workshop } from '../support/product.ts';

/* `explain hba`, and settings of PostgreSQL by their own names. */
const workshop = new Workshop('trio');
const { inventory } = workshop;
afterAll(() => workshop.remove());

describe('explain, settings of PostgreSQL', () => {
  const explain = (name: string) => pigsty(['explain', '10.10.10.11', name, '-i', inventory]);

  it('says that nothing sets one, and how to set it', async () => {
    const { stdout, code } = await explain('statement_timeout');
    expect(stdout).toContain('statement_timeout is a parameter of PostgreSQL 17 that nothing sets');
    expect(stdout).toContain('set it: pg_parameters: { statement_timeout: … }');
    expect(code).toBe(0);
  });

  it('names the parameter whose word stands for a number', async () => {
    expect((await explain('max_connections')).stdout).toMatch(/^ +pg_max_conn of /m);
  });
});

describe('explain hba', () => {
  const ask = (...args: readonly string[]) => pigsty(['explain', 'hba', '-i', inventory, ...args]);

  it('prints the rule that applies, in PostgreSQL and in PgBouncer', async () => {
    const { stdout } = await ask('--user', 'etl', '--db', 'test', '--from', '10.10.10.50');
    expect(stdout.split('\n')).toEqual([
      'postgres   authenticates with scram-sha-256  (all members, as primary and as replica)',
      '           host all +dbrole_offline 10.0.0.0/8 scram-sha-256',
      '           pg_default_hba_rules[11]: allow etl offline tasks from intranet',
      'pgbouncer  authenticates with scram-sha-256  (all members, as primary and as replica)',
      '           host all all 10.0.0.0/8 scram-sha-256',
      '           pgb_default_hba_rules[6]: allow all user intra access with pwd',
      'services   5436 default, 5438 offline: as postgres',
      'services   5433 primary, 5434 replica: as pgbouncer',
      expect.stringContaining('note: pgbouncer rejects user etl'),
      '',
    ]);
  });

  it('reports that no rule matches', async () => {
    const { stdout } = await ask('--user', 'test', '--db', 'test', '--from', '203.0.113.1', '--json');
    const { answers } = JSON.parse(stdout);
    expect(answers).toHaveLength(12);
    expect(answers[0]).toMatchObject({
      member: 'pg-test-1',
      server: 'postgres',
      verdict: { method: 'reject' },
    });
  });

  it('says which names the inventory and the pool do not have', async () => {
    const notes = async (user: string, db: string) => {
      const { stdout } = await ask('--user', user, '--db', db, '--from', '10.10.10.50');
      return stdout.split('\n').filter((line) => line.startsWith('note: '));
    };
    expect(await notes('test', 'test')).toEqual([]);
    expect(await notes('tests', 'tests')).toEqual([
      expect.stringContaining('user tests is not in the inventory (did you mean test?)'),
      expect.stringContaining('database tests is not in the inventory (did you mean test?)'),
      expect.stringContaining('pgbouncer rejects user tests'),
      'note: pgbouncer does not serve database tests',
    ]);
    expect(await notes('replicator', 'postgres')).toEqual([
      expect.stringContaining('pgbouncer rejects user replicator'),
    ]);
    expect(await notes('dbrole_admin', 'postgres')).toContain(
      'note: user dbrole_admin has `login: false`: it cannot log in',
    );
  });

  it('reports missing and invalid options', async () => {
    expect((await ask('--user', 'test')).stderr).toContain('explain hba: missing options: --db, --from');
    const question = ['--user', 'test', '--db', 'test', '--from'];
    expect((await ask(...question, 'here')).stderr).toContain(
      '`here` is neither an IPv4 address nor `local`',
    );
    const cluster = await ask(...question, 'local', '--cluster', 'pg-x');
    expect(cluster.stderr).toContain('cluster `pg-x` not found\n   = help: clusters: pg-test');
    expect(cluster.code).toBe(2);
  });
});
