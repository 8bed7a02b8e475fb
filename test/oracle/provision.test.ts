import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';
import { databaseSteps } from './provision/database-steps.ts';
import { failureSteps } from './provision/failure-steps.ts';
import { heldSteps } from './provision/held-steps.ts';
import { hindranceSteps } from './provision/hindrance-steps.ts';
import { outdatedSteps } from './provision/outdated-steps.ts';
import { removalSteps } from './provision/removal-steps.ts';
import { type Outcome, provisionSteps } from './provision/steps.ts';
import { userSteps } from './provision/user-steps.ts';

/*
 * The provisioning script of the bundle against PostgreSQL of the image, one inventory after the other: what it changes,
 * what it says, and what clients can do afterwards.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');

/** What stands at the end of the journal when nothing was wrong. */
const DONE = /^the roles and databases of the inventory are as declared/;

/** The lines without those of the first provisioning and of the end. */
function changes({ journal }: Outcome): string[] {
  return journal.filter((line) => !DONE.test(line));
}

/** The same, without what is said of roles that were made by hand. */
function ownChanges(outcome: Outcome): string[] {
  return changes(outcome).filter((line) => !line.startsWith('role '));
}

describe.skipIf(skipped)(`provisioning${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let bundle: UnpackedBundle;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    bundle = await UnpackedBundle.ofMeta(workshop);
  });
  afterAll(() => {
    if (workshop) removeTree(workshop.directory);
  });

  it('takes nothing away for an older declaration than the cluster has, and gives no login back', async () => {
    const done = await provisionSteps(bundle, workshop.directory, outdatedSteps);
    expect(Object.values(done).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(done.newest.answers).toEqual({ late: 't', never: '0', fresh: '1' });
    expect(done.older.answers).toEqual({ late: 't', never: '0', fresh: '1' });
    expect(ownChanges(done.older)).toEqual([
      expect.stringContaining('declaration 4 of this host is older than 5, which the cluster has'),
      'user app: password changed',
      'roles and databases are not all as declared: differences: 1, see above; changes: 1',
    ]);
    expect(done.withoutLate.answers.late).toBe('f');
    expect(done.olderAgain.answers.late).toBe('f');
  });

  it('sets users exactly', async () => {
    const done = await provisionSteps(bundle, workshop.directory, userSteps);
    expect(Object.values(done).map(({ code }) => code)).toEqual(Object.values(done).map(() => 0));
    expect(ownChanges(done.again)).toEqual([]);
    expect(done.again.journal).toEqual([
      'the roles and databases of the inventory are as declared; changes: 0',
    ]);
    expect(ownChanges(done.drifted)).toEqual([
      'user app: superuser removed',
      'user app: createdb removed',
      'user app: createrole removed',
      'user app: inherit granted',
      'user app: replication removed',
      'user app: bypassrls removed',
      'user app: connlimit: 5 -> -1',
      'user app: expires: 2020-01-01 00:00:00+00 -> never',
      'user app: password changed',
      'user app: comment changed',
      'user app: parameter statement_timeout removed, it was 5s',
      'user app: parameter work_mem: 1MB -> 8MB',
      'user app: role dbrole_readonly granted again, with the declared options',
      'user app: role dbrole_admin revoked',
      'user app: role foreign_team revoked',
    ]);
    expect(done.drifted.answers).toEqual({ roles: 'dbrole_readonly', foreign: '1', administers: 't' });
    expect(ownChanges(done.changed)).toEqual([
      'user app: login removed',
      'user app: createdb granted',
      'user app: inherit removed',
      'user app: connlimit: -1 -> 3',
      'user app: expires: never -> 2031-02-03',
      'user app: password removed',
      'user app: comment changed',
      'user app: parameter search_path: a, b -> "Odd, one"',
      'user app: parameter work_mem removed, it was 8MB',
      'user app: role dbrole_offline granted',
      'user app: role dbrole_readonly revoked',
    ]);
    expect(done.changed.answers.roles).toBe('dbrole_offline f t');
    expect(done.changed.answers.login).toContain('role "app" is not permitted to log in');
    expect(ownChanges(done.expiring)).toContainEqual(
      expect.stringMatching(/^user app: expires: 2031-02-03 .* -> /),
    );
    expect(done.expiring.answers.days).toBe('30');
    expect(ownChanges(done.expiresLater)).toEqual([expect.stringMatching(/^user app: expires: .* -> /)]);
    expect(done.expiresLater.answers.days).toBe('60');
    expect(ownChanges(done.expiresAsBefore)).toEqual([]);
    expect(ownChanges(done.byHand)).toEqual([]);
    expect(done.byHand.answers).toEqual({ password: 't', role: '1' });
  });

  it('sets databases exactly', async () => {
    const done = await provisionSteps(bundle, workshop.directory, databaseSteps);
    expect(changes(done.again)).toEqual([]);
    expect(changes(done.drifted)).toEqual([
      'database main: owner: postgres -> app',
      'database main: connections allowed',
      'database main: connlimit: 7 -> -1',
      'database main: comment changed',
      'database main: parameter work_mem removed, it was 1MB',
      'database main: CREATE revoked from public',
      'database main: CONNECT granted to public',
      'database main: extension pg_trgm: schema: s -> public',
    ]);
    expect(changes(done.changed)).toEqual([
      'database main: owner: app -> other',
      'database main: connlimit: -1 -> 9',
      'database main: comment changed',
      'database main: parameter search_path: s, public -> "S"',
      'database main: CONNECT revoked from public',
      'database main: CONNECT granted to replicator',
      'database main: CONNECT granted to dbuser_monitor',
      'database main: CONNECT granted to dbuser_dba with grant option',
      'database main: CONNECT granted to other with grant option',
      'database main: schema S created',
      'database main: schema s is not in the inventory any more: not changed; `state: absent` drops it',
      'database main: extension pg_trgm is not in the inventory any more: not changed; `state: absent` drops it',
    ]);
    expect(done.changed.answers.connect).toContain('permission denied for database "main"');
    expect(changes(done.emptied)).toEqual([
      'database main: schema s dropped',
      'database main: extension pg_trgm dropped',
    ]);
    expect(done.fixed.code).toBe(0);
    expect(done.fixed.journal).toEqual([
      'database main: encoding is UTF8, not LATIN1: only a new database can have it',
      'database main: lc_collate is C.UTF-8, not C: only a new database can have it',
      'database main: lc_ctype is C.UTF-8, not C: only a new database can have it',
      'database main: schema fixed created',
      'database main: extension pg_repack is in schema public, not fixed: it cannot be moved',
      'roles and databases are not all as declared: differences: 4, see above; changes: 1',
    ]);
    expect(changes(done.privileges)).toContainEqual(
      'database main: SELECT on new tables revoked: dbrole_offline, for objects of dbrole_admin, dbuser_dba, postgres',
    );
    expect(changes(done.privileges)).toContainEqual(
      'database main: EXECUTE on new functions granted: dbrole_admin, for objects of dbuser_dba, postgres',
    );
    expect(ownChanges(done.privileges).filter((line) => /by_hand|public/.test(line))).toEqual([]);
  });

  it('locks out and drops what is removed, and nothing else', async () => {
    const done = await provisionSteps(bundle, workshop.directory, removalSteps);
    const gone =
      'user app is not in the inventory any more: it cannot log in, and keeps what it owns; `state: absent` in pg_users drops it';
    const foreign = [
      'role made_by_hand is not in the inventory and was not created by it: not changed',
      'database made_by_hand is not in the inventory and was not created by it: not changed',
    ];
    expect(changes(done.gone)).toEqual([
      'user app: login removed: the inventory does not have it',
      gone,
      foreign[0],
      'user app: sessions ended: 1',
      foreign[1],
      'database main is not in the inventory any more: not changed; `state: absent` with `drop: true` in pg_databases drops it',
    ]);
    expect(done.gone.answers.login).toContain('role "app" is not permitted to log in');
    expect(done.gone.answers.foreign).toBe('made_by_hand');
    expect(done.gone.answers.pool).toBe('0');
    expect(changes(done.stillGone)).toEqual([gone, ...foreign, expect.stringContaining('database main')]);
    expect(changes(done.back)).toContain('user app: login granted');
    expect(done.back.answers.login).toBe('app');
    expect(done.owns.code).toBe(65);
    expect(done.owns.journal.join('\n')).toContain(
      'error: user app: not dropped, because it owns database main; table s.t, table s.u in database main',
    );
    expect(done.owns.answers.rights).toBe('t');
    expect(changes(done.unconfirmed)).toContain(
      'database main is not dropped: `state: absent` needs `drop: true` beside it',
    );
    expect(done.unconfirmed.answers.database).toBe('main');
    expect(done.replica).toEqual({
      code: 0,
      journal: ['user late: sessions ended: 1'],
      answers: { sessions: 'made_by_hand' },
    });
    expect(changes(done.loginAgain)).toContain('user late: login granted');
    expect(done.dropped.code).toBe(0);
    expect(done.dropped.journal).toContain('database main: dropped');
    expect(done.dropped.journal).toContain('user app: dropped');
    expect(done.dropped.answers).toEqual({ sessions: '0', roles: 'made_by_hand', databases: 'made_by_hand' });
    expect(changes(done.recreated)).toEqual([
      'role app is not in the inventory and was not created by it: not changed',
      'role late is not in the inventory and was not created by it: not changed',
      ...foreign,
    ]);
    expect(done.recreated.answers.login).toBe('app');
  });

  it('an object in use fails alone, after ten seconds, and is made when it is free', async () => {
    const done = await provisionSteps(bundle, workshop.directory, heldSteps);
    expect(done.first.code).toBe(0);
    expect(done.held.code).toBe(75);
    expect(
      ownChanges(done.held).filter(
        (line) => !line.includes(' granted: ') && !line.includes('CREATE granted'),
      ),
    ).toEqual([
      'user app: comment changed',
      expect.stringMatching(
        /^in use: database main: canceling statement due to lock timeout; another session holds it/,
      ),
      expect.stringMatching(
        /^in use: database new: source database "template1" is being accessed by other users;/,
      ),
      'database other: created',
      'database main: schema s created',
      expect.stringMatching(
        /^roles and databases are not as declared, and tried again: in use: 2; changes: /,
      ),
    ]);
    expect(done.held.answers).toEqual({ limit: '-1', others: 'other' });
    expect(done.released.code).toBe(0);
    expect(done.released.answers).toEqual({ limit: '7', others: 'new,other' });
  });

  it('a user cannot hold up the change of its role, nor an owner the databases of others', async () => {
    const done = await provisionSteps(bundle, workshop.directory, hindranceSteps);
    const ended = (user: string) => `user ${user}: sessions ended that held up its change: 1`;
    expect(done.rotated.code).toBe(0);
    expect(ownChanges(done.rotated)).toEqual([ended('app'), 'user app: password changed']);
    expect(done.rotated.answers.sessions).toBe('1');
    expect(done.removed.code).toBe(0);
    expect(done.removed.journal.slice(0, 2)).toEqual([
      'user leaver: sessions ended that held up its change: 2',
      'user leaver: login removed: the inventory does not have it',
    ]);
    expect(done.removed.answers).toEqual({ login: 'f', sessions: '0' });
    expect(done.collided.code).toBe(75);
    expect(done.collided.journal).toEqual([
      expect.stringMatching(/^in use: database main: tuple concurrently updated; other sessions change it/),
      'database other: schema s created',
      'user leaver: dropped',
      expect.stringMatching(/tried again: in use: 1; changes: 2$/),
    ]);
    expect(done.collided.answers).toEqual({ schema: '1', leaver: '0' });
    expect(done.alone.code).toBe(0);
    expect(done.alone.answers).toEqual({ create: 'f' });
  });

  it('an error that does not heal ends it at once with the name; others go on', async () => {
    const done = await provisionSteps(bundle, workshop.directory, failureSteps);
    expect(done.wrong.code).toBe(65);
    expect(done.wrong.journal).toEqual([
      'error: user o"dd\' \\ %s $1 <%= x %>: invalid value for parameter "client_encoding": "lots"',
      'user other: comment changed',
      'error: database nowhere: tablespace "none" does not exist',
      'roles and databases are not as declared: errors: 2; changes: 1',
    ]);
    expect(done.odd.code).toBe(0);
    expect(done.odd.answers).toEqual({ same: '1', database: '1' });
    expect(done.unreachable.code).toBe(1);
    expect(done.unreachable.journal.join(' ')).toContain(
      'interrupted, and tried again: connection to server',
    );
    expect(done.terminated.code).toBe(1);
    expect(done.terminated.journal.join(' ')).toMatch(
      /^interrupted, and tried again: (?:terminating connection|server closed the connection)/,
    );
    expect(done.hindered.code).toBe(0);
    expect(done.hindered.journal).toContain('user other: comment changed');
    expect(done.forged.code).toBe(0);
    expect(done.forged.answers).toEqual({
      insert: expect.stringContaining('permission denied'),
      schema: expect.stringContaining('must be owner of schema'),
      trigger: expect.stringContaining('permission denied'),
    });
    expect(done.preempted.code).toBe(65);
    expect(done.preempted.journal.join('\n')).toContain(
      'error: the record of provisioning, schema pigsty_provision of database postgres: it belongs to evil',
    );
    expect(done.trapped.code).toBe(65);
    expect(done.trapped.journal.join('\n')).toContain('not a plain table of the superuser');
    expect(done.trapped.answers.sprung).toBe('0');
  });
});
