import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pigsty } from '../support/product.ts';

/* The user's inventory from a blueprint. */
describe('init', () => {
  const home = mkdtempSync(join(tmpdir(), 'pigsty-init-'));
  const init = (...args: readonly string[]) => pigsty(['init', ...args], { cwd: home, env: { HOME: home } });
  const hosts = '192.168.7.5,192.168.7.6,192.168.7.7';
  afterAll(() => rmSync(home, { recursive: true }));

  it('writes an inventory without warnings, with mode 0600', async () => {
    const result = await init('trio', '--hosts', hosts);
    expect(result.stdout).toBe('inventory  pigsty.yml\nschema     pigsty.schema.json\n');
    expect(statSync(join(home, 'pigsty.yml')).mode & 0o777).toBe(0o600);
    const checked = await pigsty(['validate', '--strict'], { cwd: home, env: { PIGSTY_INVENTORY: '' } });
    expect(checked.stdout).toContain('3 hosts, 0 errors, 0 warnings');
  });

  it('keeps keys and bundles out of Git, and what the user has in .gitignore', async () => {
    const ignored = () => readFileSync(join(home, '.gitignore'), 'utf8');
    expect(ignored()).toBe('/pigsty.pki/\n/out/\n*.tar\n');
    writeFileSync(join(home, '.gitignore'), '# mine\n/out/');
    await init('meta', '--hosts', '192.168.7.5', '-o', 'one.yml');
    expect(ignored()).toBe('# mine\n/out/\n/one.pki/\n*.tar\n');
    expect((await init('meta', '--hosts', '192.168.7.5', '-o', 'my site.yml')).code).toBe(2);
  });

  it('writes the user’s addresses, and new passwords each time', async () => {
    const text = readFileSync(join(home, 'pigsty.yml'), 'utf8');
    expect(text).not.toMatch(/10\.10\.10|DBUser|blueprints/);
    expect(text).toContain('192.168.7.6: { pg_seq: 2, pg_role: replica }');
    expect(text).toMatch(/^# yaml-language-server: \$schema=pigsty.schema.json\n/);
    await init('trio', '--hosts', hosts, '-o', 'other.yml');
    const passwords = (content: string) => [...content.matchAll(/password: (\w+)/g)].map(([, word]) => word);
    const all = [...passwords(text), ...passwords(readFileSync(join(home, 'other.yml'), 'utf8'))];
    expect(all).toHaveLength(14);
    expect(new Set(all).size).toBe(14);
  });

  it('adds the user’s ssh keys', async () => {
    const keys = [
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIERGde+s1A81Icu2nPASImgBdG6mVxLr2c9NnbmcwpLk me@here',
      'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDEOC1Qi4shyytVFAwMwMf4gSfYJL/igsRRRamzKXT7way6jy9haZI9GXoFeBFvH4tT8tE0bZpjYRbywKyWZ4wQBeWTQBqXda/D0OrfYtRZPkbHUTq5tJK8R6zrtzdrqYD/6DgOF1YNQ4DpzGcQib5IK3K+gozu+sHw5TzdkTzTQQ== "me": #2',
      'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDEOC1Qi4shyytVFAwMwMf4gSfYJL/igsRRRamzKXT7way6jy9haZI9GXoFeBFvH4tT8tE0bZpjYRbywKyWZ4wQBeWTQBqXda/D0OrfYtRZPkbHUTq5tJK8R6zrtzdrqYD/6DgOF1YNQ4DpzGcQib5IK3K+gozu+sHw5TzdkTzTQQ== me@10.10.10.10',
    ];
    mkdirSync(join(home, '.ssh'));
    writeFileSync(join(home, '.ssh', 'id_ed25519.pub'), `${keys[0]}\n`);
    writeFileSync(join(home, '.ssh', 'id_rsa.pub'), `${keys[1]}\n\n${keys[2]}\n`);
    writeFileSync(join(home, '.ssh', 'id_rsa-cert.pub'), `${keys[0]}\n`);
    writeFileSync(join(home, '.ssh', 'id_old.pub'), 'no key\n');
    const made = await init('meta', '--hosts', '192.168.7.5', '-o', 'keys.yml');
    expect(made.stdout).toContain('keys       3 from ~/.ssh, for administrators\n');
    const said = await pigsty(['explain', '192.168.7.5', 'node_admin_pk_list', '-i', 'keys.yml', '--json'], {
      cwd: home,
    });
    expect(JSON.parse(said.stdout)).toMatchObject({ value: keys });
  });

  it('overwrites no file, and reports how many hosts a blueprint needs', async () => {
    expect((await init('trio', '--hosts', hosts)).stderr).toContain(
      'pigsty.yml already exists and is not changed',
    );
    expect((await init('meta', '-o', 'm.yml')).stderr).toContain('needs 1 host, but --hosts names 0');
    expect((await init('meta', '--hosts', '10.1.2', '-o', 'm.yml')).stderr).toContain(
      '`10.1.2` is not an IPv4',
    );
    const unknown = await init('best', '-o', 'm.yml');
    expect(unknown.stderr).toMatch(/blueprints: citus, crit, .*meta, .*trio/);
    expect(unknown.code).toBe(2);
    expect(readdirSync(home)).not.toContain('m.yml');
  });
});
