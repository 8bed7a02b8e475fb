import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import { mustPigsty, root } from '../support/product.ts';
import { Cluster } from './support/cluster.ts';

/* PostgreSQL of the release that the platform carries, where nothing is set; and of another release beside it. */
const UNSET = '10.10.10.10';
const NEXT = '10.10.10.11';
const reason = labSkipReason();

describe.skipIf(reason)(`versions of PostgreSQL ${reason ?? ''}`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.create(join(root, 'test/boot/support/versions.yml'), {
      addresses: [UNSET, NEXT],
    });
    await cluster.applyAll();
  });
  afterAll(() => cluster?.destroy());

  /** The release that a unit's programs are from. */
  async function releaseOf(host: string, unit: string): Promise<string> {
    const script = `. $(systemctl show -P RootDirectory ${unit})/usr/lib/os-release && echo $VERSION_CODENAME`;
    return (await cluster.node(host).sh(script)).trim();
  }

  it.each([
    [UNSET, 17],
    [NEXT, 18],
  ])('of %s is %d, and keeps what a client commits through the pool', async (host, version) => {
    expect(await cluster.sql('create table kept (n int); insert into kept values (42)', { host })).toBe('');
    expect(await cluster.sql('select n from kept', { host, port: 5432 })).toBe('42');
    expect(await cluster.sql("select current_setting('server_version_num')::int / 10000", { host })).toBe(
      String(version),
    );
  });

  it('come from images of two releases on one host', async () => {
    expect(await releaseOf(UNSET, 'patroni')).toBe('trixie');
    expect(await releaseOf(NEXT, 'patroni')).toBe('forky');
    expect(await releaseOf(NEXT, 'haproxy')).toBe('trixie');
    expect(await releaseOf(NEXT, 'pgbouncer')).toBe('trixie');
  });

  it('18 takes every setting, its extension, a backup, and operators’ commands', async () => {
    const node = cluster.node(NEXT);
    const wrong = 'select name from pg_file_settings where error is not null';
    const ask = (command: string) =>
      node.sh(`runuser -u postgres -- psql -XAtqh /run/postgresql -d test -c "${command}"`);
    expect(await ask(wrong)).toBe('');
    expect(await ask('show data_checksums')).toBe('off\n');
    expect(await ask("select '[1,2]'::vector")).toBe('[1,2]\n');
    expect(await node.sh('systemctl start pgbackrest-backup && pgbackrest info')).toContain('full backup:');
    expect(await node.sh('patronictl list')).toContain('pg-next-1');
    expect(await node.sh('systemctl --failed --no-legend')).toBe('');
    expect(await node.sh('pigsty-agent verify')).not.toContain('differs');
  });

  it('are said before anything is built', async () => {
    const said = await mustPigsty(['validate', cluster.workshop.inventory, '--json']);
    expect(said).toContain('PostgreSQL 17, the version that debian13 has, is used for pg-meta');
    expect(said).toContain('the image of PostgreSQL 18 for pg-next is built from debian14');
  });
});
