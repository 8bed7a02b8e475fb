import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, labSkipReason } from '../support/lab.ts';
import { changed } from './support/changed.ts';
import { BUNDLES, MetaNode } from './support/meta-node.ts';
import { ADDRESS, MetaSite, type RevisionBundle } from './support/meta-site.ts';

/* A node of blueprint meta whose data disk is missing after a reboot. */
const reason = labSkipReason();

describe.skipIf(reason)(`state on a disk of its own ${reason ?? ''}`, () => {
  let site: MetaSite;
  let lab: Lab;
  let host: MetaNode;
  let disk: string;
  let bundle: RevisionBundle;

  beforeAll(async () => {
    site = new MetaSite();
    bundle = await site.bundle(0);
    lab = await createLab();
    disk = join(lab.directory, 'data-disk');
    mkdirSync(disk);
    const node = await lab.node({ ip: ADDRESS, name: 'state' });
    host = new MetaNode(lab, node, await lab.client('10.10.10.99', 'client'));
    node.mount(BUNDLES, site.bundles);
    node.mount('/data', disk);
    await node.boot();
    const { code, stderr } = await host.apply(0);
    expect(code, stderr).toBe(0);
    await host.sql('create table app.ledger (n int); insert into app.ledger values (42)');
  });
  afterAll(async () => {
    await lab?.destroy();
    site?.remove();
  });

  test('without the disk etcd and Patroni do not start on the empty directory', async () => {
    await host.node.shutdown();
    host.node.unmount('/data');
    // provisioning waits for a database
    await host.node.boot({ until: 'reachable' });
    for (const unit of ['etcd.service', 'patroni.service']) {
      // what Restart= and a person would do
      await host.node.exec(['systemctl', 'start', unit]);
      const shown = await host.node.sh(`systemctl show -p ActiveState,AssertResult,MainPID ${unit}`);
      expect(shown.trim().split('\n').sort(), unit).toEqual([
        'ActiveState=inactive',
        'AssertResult=no',
        'MainPID=0',
      ]);
    }
    expect(await host.node.sh('find /data -mindepth 1')).toBe('');
  });

  test('apply refuses, says which state is missing, and changes nothing', async () => {
    const before = await host.agent.snapshot();
    const { code, stderr } = await host.apply(0);
    expect(stderr).toMatch(/state (etcd|pgsql|pgbackrest)\S* was initialised on this node in \/data\/\S+/);
    expect(stderr).toContain('mount its disk');
    expect(code).toBe(2);
    expect(changed(before, await host.agent.snapshot())).toEqual([]);
    expect(await host.node.sh('find /data -mindepth 1')).toBe('');
    const status = JSON.parse((await host.agent.shell('pigsty-agent status --json')).stdout);
    expect(status.state.length).toBeGreaterThanOrEqual(3);
    for (const state of status.state) expect(state.presence, state.name).toBe('missing');
  });

  test('with the disk back everything returns by itself, with its rows', async () => {
    await host.node.shutdown();
    host.node.mount('/data', disk);
    await host.node.boot();
    await expect.poll(() => host.sql('select n from app.ledger'), { timeout: 60_000 }).toBe('42');
    expect((await host.apply(0)).code).toBe(0);
    await host.expectRevision(0, bundle.digest);
  });
});
