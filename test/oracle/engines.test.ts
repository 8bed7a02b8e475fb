import { createReadStream, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, type EngineName, finish, runContainer, startEngine } from '../support/engines.ts';
import { mustRun } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';

/* podman and dockerd load and run the images of blueprint meta, each from empty storage. */
const skipped = skipReason('dockerd', 'podman', 'crun', 'skopeo', 'unshare');

/** What skopeo makes of the site's layout for each: podman reads OCI itself, Docker 20.10 only its own format. */
const ARCHIVES: Record<EngineName, (file: string, image: string) => string> = {
  dockerd: (file, image) => `docker-archive:${file}:${image}:latest`,
  podman: (file, image) => `oci-archive:${file}:${image}`,
};
const ENGINES = Object.keys(ARCHIVES) as EngineName[];

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';
/** Each image's own program, run by its entrypoint with these arguments; and whom and where it runs as. */
const IMAGES = {
  etcd: { args: ['--version'], says: /^etcd Version: 3\.5/, uid: 379, path: PATH },
  haproxy: { args: ['-vv'], says: /^HAProxy version 3\.0[\s\S]*OpenSSL/, uid: 380, path: PATH },
  pgbouncer: { args: ['--version'], says: /^PgBouncer 1\.24/, uid: 543, path: PATH },
  'postgres-17': {
    args: ['--version'],
    says: /^patroni 4\.0/,
    uid: 543,
    path: `/usr/lib/postgresql/17/bin:${PATH}`,
  },
} as const;
const NAMES = Object.keys(IMAGES) as (keyof typeof IMAGES)[];

const ETCD = `etcd --data-dir /tmp/etcd --log-level error & etcdctl --command-timeout=30s --dial-timeout=30s put key value
  etcdctl get key --print-value-only; kill $!`;

const POSTGRES = `initdb -D /var/lib/pgsql/data -k --auth=peer >/dev/null
  pg_ctl -D /var/lib/pgsql/data -o '-c listen_addresses=' -l /tmp/log -w start >/dev/null
  psql -d postgres -XAtqc 'create extension pgcrypto' -c 'select current_user, 6 * 7' -c 'show lc_messages'
  pg_ctl -D /var/lib/pgsql/data -m fast stop >/dev/null`;

type ImageConfig = {
  readonly config: Readonly<Record<'User' | 'Env' | 'Entrypoint' | 'Cmd' | 'WorkingDir', unknown>>;
  readonly rootfs: { readonly diff_ids: readonly string[] };
};

describe.skipIf(skipped)(`container engines${skipped ? ` (${skipped})` : ''}`, () => {
  let workshop: Workshop;
  let site: string;

  beforeAll(async () => {
    workshop = new Workshop('meta');
    await workshop.build();
    site = join(workshop.directory, 'out', 'meta');
  });
  afterAll(() => workshop?.remove());

  function blob<T>(digest: string): T {
    return JSON.parse(readFileSync(join(site, 'blobs', digest.replace(':', '/')), 'utf8')) as T;
  }

  /** The digest of an image's configuration, which engines take as the image's id; and what is in it. */
  function imageOf(name: string): { readonly id: string } & ImageConfig {
    type Index = { manifests: { digest: string; annotations?: Record<string, string> }[] };
    const index = JSON.parse(readFileSync(join(site, 'index.json'), 'utf8')) as Index;
    const found = index.manifests.find(
      ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === name,
    );
    const id = blob<{ config: { digest: string } }>(found?.digest ?? '').config.digest;
    return { id, ...blob<ImageConfig>(id) };
  }

  describe.each(ENGINES)('%s', (engineName) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await startEngine(engineName);
    });
    afterAll(() => engine?.stop());

    async function load(name: string, damage: (file: string) => void = () => undefined): Promise<void> {
      const file = join(engine.directory, `${name}.tar`);
      const target = ARCHIVES[engineName](file, name);
      // podman gets the very layers of the site, not compressed ones
      const options = ['--insecure-policy', 'copy', '-q', '--dest-oci-accept-uncompressed-layers'];
      await mustRun('skopeo', [...options, `oci:${site}:${name}`, target]);
      try {
        damage(file);
        await finish(await engine.docker.loadImage(createReadStream(file)));
      } finally {
        rmSync(file);
      }
    }

    it('refuses an image with a flipped bit in a file of a layer', async () => {
      expect(await engine.docker.listImages({ all: true })).toEqual([]);
      const flip = (file: string) => {
        const bytes = readFileSync(file);
        const at = bytes.indexOf('GNU General Public License');
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        writeFileSync(file, bytes);
      };
      await expect(load('pgbouncer', flip)).rejects.toThrow(/diffID|[Dd]igest/);
      expect(await engine.docker.listImages({ all: true })).toEqual([]);
    });

    it('loads every image as what the site says it is', async () => {
      for (const name of NAMES) await load(name);
      const ids = (await engine.docker.listImages()).map(({ Id }) => Id).sort();
      expect(ids).toEqual(NAMES.map((name) => imageOf(name).id).sort());
      for (const { id, config, rootfs } of NAMES.map(imageOf)) {
        const { Config: loaded, RootFS } = await engine.docker.getImage(id).inspect();
        expect(RootFS?.Layers).toEqual(rootfs.diff_ids);
        const { User, Env, Entrypoint, Cmd, WorkingDir } = loaded;
        expect({ User, Env, Entrypoint, Cmd: Cmd ?? undefined, WorkingDir }).toEqual({ ...config });
      }
    });

    /** What a container says; throws when it fails. */
    async function output(name: string, Cmd: readonly string[], Entrypoint?: string[]): Promise<string> {
      const options = { Cmd: [...Cmd], ...(Entrypoint && { Entrypoint }) };
      const { code, stdout, stderr } = await runContainer(engine, imageOf(name).id, options);
      if (code !== 0) throw new Error(`${name} ${Cmd.join(' ')}: code ${code}\n${stdout}\n${stderr}`);
      return stdout;
    }
    const shell = (name: string, script: string) => output(name, ['-euc', script], ['/bin/sh']);

    it.each(NAMES)('runs %s by its entrypoint, as its user', async (name) => {
      const { args, says, uid, path } = IMAGES[name];
      expect(await output(name, args)).toMatch(says);
      expect(await shell(name, 'id -u; echo $PATH; ls /sys/class/net')).toBe(`${uid}\n${path}\nlo\n`);
    });

    it('runs etcd until it holds a key', async () => {
      expect(await shell('etcd', ETCD)).toBe('OK\nvalue\n');
    });

    it('runs PostgreSQL from initdb to a query', async () => {
      expect(await shell('postgres-17', POSTGRES)).toBe('postgres|42\nen_US.UTF-8\n');
    });
  });
});
