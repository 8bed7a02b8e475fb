import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey, sshKeyLine } from '../../generator/effects/ssh-key.ts';
import { type SshGroup, sshPlan } from '../../generator/modules/ssh-exchange.ts';
import { mustRun } from '../support/process.ts';
import { findMissing } from '../support/requirements.ts';

/* What OpenSSH makes of keys and of what its client is told; `test/boot/topologies.test.ts` has its server. */
const skipped =
  findMissing([{ tool: 'ssh', package: 'openssh-client' }]).length > 0 ? 'missing: ssh' : undefined;
const ACCOUNT = {
  name: userInfo().username,
  task: 'dbsu',
  home: '/var/lib/pgsql',
  homeMode: '0700',
  keys: [],
} as const;

const groupOf = (size: number): SshGroup => {
  const hosts = Array.from({ length: size }, (_, n) => ({ ip: `10.0.0.${n + 1}`, name: `pg-test-${n + 1}` }));
  return { name: 'pg-test', hosts };
};

/** The lines of one of the files for a group of so many hosts. */
function linesOf(size: number, path: string): readonly unknown[] {
  const source = sshPlan(ACCOUNT, groupOf(size)).files.find((file) => file.path.includes(path))?.source;
  return source?.kind === 'text' ? source.lines : [];
}

describe.skipIf(skipped)(`ssh${skipped ? ` (${skipped})` : ''}`, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'pigsty-ssh-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('reads the private key, and finds the same public one', async () => {
    const key = makeSshKey();
    const file = join(directory, 'key');
    writeFileSync(file, key);
    chmodSync(file, 0o600);
    expect((await mustRun('ssh-keygen', ['-y', '-f', file])).trim()).toBe(sshKeyLine(key));
  });

  /** The settings for a host, of the file and nothing else. */
  async function settingsFor(host: string, size: number): Promise<string[]> {
    const file = join(directory, `config-${size}`);
    writeFileSync(file, `${linesOf(size, 'ssh_config.d').join('\n')}\n`);
    const said = await mustRun('ssh', ['-G', '-F', file, host]);
    return said.split('\n').filter((line) => /^(identityfile|stricthostkeychecking) /.test(line));
  }

  const OURS = 'identityfile /etc/pigsty/current/etc/ssh/dbsu-exchange';

  it('offers the key to the hosts of the group, after the account’s own', async () => {
    for (const host of ['10.0.0.2', 'pg-test-3']) {
      const settings = await settingsFor(host, 3);
      expect(settings).toContain('stricthostkeychecking accept-new');
      const files = settings.filter((line) => line.startsWith('identityfile'));
      expect(files.at(-1)).toBe(OURS);
      expect(files).toContain('identityfile ~/.ssh/id_ed25519');
    }
    const elsewhere = await settingsFor('10.0.0.4', 3);
    expect(elsewhere).not.toContain(OURS);
    expect(elsewhere).not.toContain('stricthostkeychecking accept-new');
  });

  it('asks about new hosts where a group is too large to list', async () => {
    const settings = await settingsFor('10.0.0.200', 65);
    expect(settings).toContain(OURS);
    expect(settings).not.toContain('stricthostkeychecking accept-new');
  });
});

describe('who may log on', () => {
  const key = `ssh-${ACCOUNT.name}@pg-test`;

  it('is whoever has the key, from the hosts of a group that can be listed', () => {
    const options = 'from="10.0.0.1,10.0.0.2"';
    expect(linesOf(2, 'dbsu-keys')).toEqual([{ $sshKey: key, options }]);
    expect(linesOf(65, 'dbsu-keys')).toEqual([{ $sshKey: key, options: '' }]);
  });

  it('is nobody on a host that is alone, but for keys of the inventory', () => {
    expect(sshPlan(ACCOUNT, groupOf(1))).toEqual({ files: [], sshKeys: [] });
    const { files, sshKeys } = sshPlan({ ...ACCOUNT, keys: ['ssh-ed25519 AAAA me'] }, groupOf(1));
    expect(files.map(({ path }) => path)).toEqual([
      'etc/tmpfiles.d/60-pigsty-dbsu.conf',
      'etc/ssh/dbsu-keys',
    ]);
    expect(sshKeys).toEqual([]);
  });
});
