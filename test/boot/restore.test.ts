import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { BUNDLES, MetaNode } from './support/meta-node.ts';
import { ADDRESS, MetaSite } from './support/meta-site.ts';
import { restorePage } from './support/restore-page.ts';

/* The commands of docs/restore.md, as they stand there, on a node of blueprint meta. */
const reason = labSkipReason();
const { check: CHECK, restore: RESTORE, start: START, carry: CARRY, remove: REMOVE } = restorePage();
const ROWS = 'select string_agg(row, $$ $$ order by row) from app.ledger';
const RESTORED_ROWS = `setpriv --reuid=postgres --regid=postgres --clear-groups \
  psql -XAtq -p 5499 -h /run/postgresql -d meta -c '${ROWS}'`;

describe.skipIf(reason)(`a restore to a moment ${reason ?? ''}`, () => {
  let site: MetaSite;
  let lab: Lab;
  let host: MetaNode;
  let moment: string;

  beforeAll(async () => {
    site = new MetaSite();
    await site.bundle(0);
    lab = await createLab();
    const node = await lab.node({ ip: ADDRESS, name: 'restore' });
    host = new MetaNode(lab, node, await lab.client('10.10.10.99', 'client'));
    node.mount(BUNDLES, site.bundles);
    await node.boot();
    const { code, stderr } = await host.apply(0);
    expect(code, stderr).toBe(0);
    // A moment can be restored when it is later than the end of a backup.
    await node.sh("until pgbackrest info | grep -q 'full backup'; do sleep 0.2; done", {
      timeoutSeconds: 60,
    });
    await host.sql("create table app.ledger (row text); insert into app.ledger values ('A')");
    moment = await host.sql('select clock_timestamp()');
    await host.sql("select pg_sleep(1); insert into app.ledger values ('B')");
    await host.sql("delete from app.ledger where row = 'A'");
    expect(await host.sql(ROWS)).toBe('B');
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  const run = (script: string) => host.node.sh(script, { timeoutSeconds: 300 });

  test('brings back what was there, and not what came later, beside the running cluster', async () => {
    await run(CHECK);
    const restore = RESTORE.replace(/^moment=.*$/m, `moment='${moment}'`);
    expect(restore).toContain(moment);
    await run(restore);
    expect(await run('test ! -f /pg/restored/postmaster.pid; ls /pg/restored/recovery.signal')).not.toBe('');
    await run(START);
    expect(await run(RESTORED_ROWS)).toBe('A\n');
    expect(await host.sql(ROWS)).toBe('B');
    expect(await run('systemctl show -p RootDirectory --value restored.service')).toContain(
      '/var/lib/pigsty/images/',
    );
  });

  test('lets the lost rows be carried over, and leaves no trace', async () => {
    await run(CARRY);
    expect(await host.sql(ROWS)).toBe('A');
    await run(REMOVE);
    expect(await run('ls -d /pg/restored 2>&1 || :')).toContain('No such file');
    expect(await run('patronictl list -f tsv')).toMatch(/Leader\trunning\t1\b/);
    await run(CHECK);
  });
});
