import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  distributionOf,
  imageName,
  platformNames,
  platformsWith,
} from '../../generator/distributions/index.ts';
import { silent } from '../../generator/effects/progress.ts';
import { loadRecipes } from '../../generator/effects/recipes.ts';
import { fetchPackages } from '../../generator/lock/fetch.ts';
import { writeLock } from '../../generator/lock/lock-file.ts';
import { imageRequests } from '../../generator/lock/requests.ts';
import { resolveLock } from '../../generator/lock/resolve.ts';
import type { Result } from '../../generator/model/diagnostic.ts';
import type { BuiltImage, ImageRecipe } from '../../generator/model/image.ts';
import type { Lock } from '../../generator/model/lock.ts';
import { USES } from '../support/image-uses.ts';
import { mustRun, removeTree, run } from '../support/process.ts';
import { skipReason } from '../support/requirements.ts';
import { cacheDirectory } from '../support/rootfs.ts';

const skipped = skipReason('skopeo', 'umoci', 'apt-get', 'dpkg-deb', 'chroot', 'unshare');
const RECIPES = resolve('images');
/** The PostgreSQL that each platform carries. */
const RELEASES = platformNames.map((platform) => {
  const version = distributionOf(platform).postgres.majors[0];
  const name = (suffix = '') => imageName({ name: `postgres-${version}${suffix}`, platform });
  return { platform, version, plain: name(), olap: name('-olap') };
});
/** Bytes of an image, on every platform; a reason to look at what came in when a test of it fails. */
const LARGEST: Readonly<Record<string, number>> = {
  alertmanager: 92e6,
  blackbox: 66e6,
  chrony: 50e6,
  dnsmasq: 47e6,
  etcd: 115e6,
  haproxy: 50e6,
  journal: 68e6,
  keepalived: 70e6,
  nginx: 43e6,
  'nginx-exporter': 56e6,
  // With promtool, which is as large as Prometheus itself.
  prometheus: 250e6,
  pushgateway: 60e6,
  nftables: 50e6,
  'node-exporter': 60e6,
  'pg-exporter': 60e6,
  'pgbackrest-exporter': 65e6,
  pgbouncer: 45e6,
  'vip-manager': 70e6,
  postgres: 165e6,
  'postgres-olap': 360e6,
};
const limitOf = (name: string) => LARGEST[name.replace(/\.debian\d+$/, '').replace(/-\d+/, '')];

describe.skipIf(skipped)(`the images${skipped ? ` (${skipped})` : ''}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty-images-'));
  const cache = join(cacheDirectory(), 'images');
  const layout = join(scratch, 'layout');
  const lockFile = join(scratch, 'site.lock.json');
  const program = join(scratch, 'image-build.cjs');
  let recipes: ReadonlyMap<string, ImageRecipe>;
  let lock: Lock;
  let images: readonly BuiltImage[] = [];

  beforeAll(async () => {
    recipes = must(await loadRecipes(RECIPES));
    const { requests } = must(imageRequests(USES, recipes));
    const options = { cache, environment: process.env, progress: silent, platforms: platformsWith([]) };
    lock = must(await resolveLock(requests, options));
    await writeLock(lockFile, lock);
    must(await fetchPackages(lock, undefined, options));
    const entryPoints = ['test/support/image-build.ts'];
    await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: program,
      logLevel: 'error',
    });
    images = must(await buildApart(join(layout, 'blobs/sha256'), newCache('first')));
    writeLayout(layout, images);
  });
  afterAll(() => removeTree(scratch));

  it('take from another release what it lends, and nothing else', () => {
    const versionOf = (platform: string, name: string) =>
      lock.platforms.find((one) => one.platform === platform)?.packages.find((one) => one.name === name)
        ?.version;
    expect(versionOf('debian13', 'pg-exporter')).toBe(versionOf('debian14', 'pg-exporter'));
    for (const name of ['libc6', 'base-files', 'prometheus-node-exporter', 'etcd-server'])
      expect(versionOf('debian13', name), name).not.toBe(versionOf('debian14', name));
  });

  /** A cache with the packages and nothing made from them. */
  function newCache(name: string): string {
    const directory = join(scratch, name);
    mkdirSync(directory, { recursive: true });
    symlinkSync(join(cache, 'packages'), join(directory, 'packages'));
    return directory;
  }

  /** A build in a process of its own, under another user and surroundings where asked for. */
  async function buildApart(
    blobs: string,
    caches: string,
    around: { cwd?: string; env?: Record<string, string>; umask?: string; prefix?: readonly string[] } = {},
  ): Promise<Result<readonly BuiltImage[]>> {
    const { cwd = '/', env = {}, umask = '022', prefix = [] } = around;
    const script = `umask ${umask}; exec ${[...prefix, '"$@"'].join(' ')}`;
    const args = ['-c', script, 'sh', process.execPath, program, RECIPES, lockFile, blobs, caches];
    return JSON.parse(await mustRun('sh', args, { cwd, env: { PATH: process.env.PATH, ...env } }));
  }

  /** The root file system of an image, unpacked once by umoci from what skopeo copied. */
  async function rootfs(name: string): Promise<string> {
    const target = join(scratch, 'bundles', name);
    if (statSync(target, { throwIfNoEntry: false })) return join(target, 'rootfs');
    mkdirSync(join(scratch, 'bundles'), { recursive: true });
    const copy = join(scratch, `copy-${name}`);
    await mustRun('skopeo', [
      '--insecure-policy',
      'copy',
      '-q',
      `oci:${layout}:${name}`,
      `oci:${copy}:${name}`,
    ]);
    await mustRun('umoci', ['unpack', '--image', `${copy}:${name}`, target]);
    rmSync(copy, { recursive: true });
    return join(target, 'rootfs');
  }

  /** The version of a package in the lock, as the program itself says it: without Debian's epoch and revision. */
  function upstream(platform: string, name: string): string {
    const locked = lock.platforms.find((one) => one.platform === platform);
    const version = locked?.packages.find((one) => one.name === name)?.version ?? 'not locked';
    return version.replace(/^\d+:/, '').replace(/[-+~].*/, '');
  }

  /** Runs a shell script in an image as `uid`, with /proc and /dev, which go away with the process. */
  async function inside(name: string, uid: number, script: string): Promise<string> {
    const root = await rootfs(name);
    const version = /^postgres-(\d+)/.exec(name)?.[1];
    const path = `${version ? `/usr/lib/postgresql/${version}/bin:` : ''}/usr/sbin:/usr/bin`;
    const enter = `mount -t proc proc ${root}/proc && mount --rbind /dev ${root}/dev && mount -t tmpfs tmp ${root}/tmp &&
      chmod 1777 ${root}/tmp && exec chroot --userspec=${uid}:${uid} ${root} /usr/bin/env -i PATH=${path} HOME=/tmp \
      LANG=${version ? 'en_US.UTF-8' : 'C.UTF-8'} /bin/sh -euc "$0"`;
    return mustRun('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', enter, script]);
  }

  it('are read by skopeo and unpacked by umoci, and are not larger than they have to be', async () => {
    const tooLarge: string[] = [];
    for (const image of images) {
      const size = image.layers.reduce((sum, layer) => sum + layer.size, 0);
      const layers = image.layers.map((layer) => (layer.size / 1e6).toFixed(1)).join(' + ');
      process.stdout.write(`image ${image.name}: ${(size / 1e6).toFixed(1)} MB (${layers})\n`);
      if (size >= (limitOf(image.name) ?? 0)) tooLarge.push(image.name);
      expect(statSync(join(await rootfs(image.name), 'usr/bin/sh')).isFile()).toBe(true);
    }
    expect(tooLarge).toEqual([]);
  });

  it('are refused by skopeo when a byte of a layer differs', async () => {
    const broken = join(scratch, 'broken');
    mkdirSync(join(broken, 'blobs/sha256'), { recursive: true });
    const [image] = images;
    if (!image) throw new Error('no image');
    for (const { digest } of [image.manifest, image.config, ...image.layers]) {
      const name = digest.replace('sha256:', '');
      copyFileSync(join(layout, 'blobs/sha256', name), join(broken, 'blobs/sha256', name));
    }
    writeLayout(broken, [image]);
    const target = join(broken, 'blobs/sha256', image.layers[0]?.digest.replace('sha256:', '') ?? '');
    const bytes = readFileSync(target);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(target, bytes);
    const copy = [
      '--insecure-policy',
      'copy',
      '-q',
      `oci:${broken}:${image.name}`,
      `oci:${join(scratch, 'no')}:x`,
    ];
    expect((await run('skopeo', copy)).stderr).toMatch(/[Dd]igest/);
  });

  it('hold every library that their programs and modules are linked to', async () => {
    for (const { name } of images) expect(await unresolved(name)).toBe('');
    const [{ olap = '' } = {}] = RELEASES;
    const library = join(await rootfs(olap), 'usr/lib/x86_64-linux-gnu/libz3.so.4');
    renameSync(library, `${library}.away`);
    try {
      expect(await unresolved(olap)).toContain('llvmjit.so');
    } finally {
      renameSync(`${library}.away`, library);
    }
  });

  /** What the image's own loader says about the libraries of every program and module, where it finds one missing. */
  async function unresolved(name: string): Promise<string> {
    const root = await rootfs(name);
    const found = await mustRun('find', [
      `${root}/usr`,
      '-type',
      'f',
      '(',
      '-perm',
      '/111',
      '-o',
      '-name',
      '*.so*',
      ')',
    ]);
    const elf = found
      .trim()
      .split('\n')
      .filter((path) => readFileSync(path).toString('latin1', 0, 4) === '\x7fELF');
    const paths = elf
      .map((path) => path.slice(root.length))
      // The last one is for the service manager, which has its path to the other library and is not there.
      .filter((path) => !/ld-linux|\/gconv\/|libsystemd-core-/.test(path));
    expect(paths.length).toBeGreaterThan(10);
    const list = `for f in ${paths.join(' ')}; do echo $f:; /lib64/ld-linux-x86-64.so.2 --list $f 2>&1 || :; done`;
    const said = (await inside(name, 0, list)).split(/^(?=\/usr\S+:$)/m);
    expect(said).toHaveLength(paths.length);
    return said.filter((one) => /not found|error while loading/.test(one)).join('');
  }

  it('hold no documentation, no set-id program, no device, no package manager; but licences and dpkg’s list', async () => {
    for (const { name } of images) {
      const root = await rootfs(name);
      const find = async (...args: string[]) => (await mustRun('find', [root, ...args])).trim();
      expect(await find('-type', 'f', '-perm', '/6000')).toBe('');
      expect(await find('(', '-type', 'b', '-o', '-type', 'c', '-o', '-type', 'p', ')')).toBe('');
      expect(
        await find('-path', '*/usr/share/man/*', '-o', '-path', '*/usr/include/*', '-o', '-name', '*.a'),
      ).toBe('');
      expect(
        await find('-path', '*/bin/dpkg', '-o', '-path', '*/bin/apt*', '-o', '-path', '*/bin/perl'),
      ).toBe('');
      expect(await find('-path', '*/usr/share/doc/*', '-type', 'f', '!', '-name', 'copyright')).toBe('');
      expect(readFileSync(join(root, 'usr/share/doc/coreutils/copyright'), 'utf8')).toContain('GNU');
      const listed = await mustRun('dpkg-query', [
        `--admindir=${root}/var/lib/dpkg`,
        '-W',
        '-f',
        '${Package} ${Status}\n',
      ]);
      expect(listed).toContain('libc6 install ok installed\n');
      expect(
        listed
          .trim()
          .split('\n')
          .every((line) => line.endsWith(' install ok installed')),
      ).toBe(true);
    }
  });

  it('hold the programs that recipes promise, their users, and the places that mounts need', async () => {
    for (const { name, rootfs: id } of images) {
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      const use = USES.find((one) => imageName(one) === name);
      const recipe = recipes.get(use?.recipe ?? '');
      if (!use || !recipe) throw new Error(`no recipe of ${name}`);
      const version = use.arguments.pg_version ?? '';
      const programs = recipe.provides.map((one) => `test -x ${one.replaceAll('${pg_version}', version)}`);
      await inside(name, 0, programs.join('\n'));
      for (const user of recipe.users) expect(await inside(name, user.uid, 'id -un')).toBe(`${user.name}\n`);
      await inside(name, 0, 'test -d /etc/pigsty && test -d /run/host && test -d /var/run && test -d /bin');
    }
    for (const { plain } of RELEASES)
      await inside(plain, 543, 'test -d /pg && test -d /data && test -O /var/lib/pgsql');
  });

  it.each(platformNames)(
    'of %s run, in the versions of the lock: chrony, etcd, haproxy, pgbouncer',
    async (platform) => {
      const version = (name: string) => upstream(platform, name);
      const ask = (name: string, uid: number, script: string) =>
        inside(imageName({ name, platform }), uid, script);
      const chrony = version('chrony');
      expect(await ask('chrony', 0, 'chronyd --version; chronyc --version')).toMatch(
        new RegExp(`^chronyd .*version ${chrony} .*\nchronyc .*version ${chrony} `),
      );
      const etcd = await ask('etcd', 379, 'etcd --version; etcdctl version; etcdutl version');
      for (const [program, name] of [
        ['etcd Version', 'etcd-server'],
        ['etcdctl version', 'etcd-client'],
        ['etcdutl version', 'etcd-client'],
      ])
        expect(etcd).toContain(`${program}: ${version(name ?? '')}\n`);
      expect(await ask('haproxy', 380, 'haproxy -v')).toContain(`HAProxy version ${version('haproxy')}`);
      expect(await ask('pgbouncer', 543, 'pgbouncer --version')).toContain(
        `PgBouncer ${version('pgbouncer')}\n`,
      );
    },
  );

  it.each(
    RELEASES.flatMap(({ version, plain, olap }) => [
      { version, name: plain, jit: 'f', explained: /^(?!.*JIT)/s },
      { version, name: olap, jit: 't', explained: /Inlining true, Optimization true/ },
    ]),
  )(
    'run: $name from initdb to a query, with locale, ICU and XML; the JIT: $jit',
    async ({ version, name, jit, explained }) => {
      const answers = await inside(
        name,
        543,
        `initdb -D /tmp/data --locale=en_US.UTF-8 -k >/tmp/initdb
       pg_ctl -D /tmp/data -o '-k /tmp -c listen_addresses=' -l /tmp/log -w start >/dev/null
       psql -h /tmp -d postgres -XAtq <<'SQL'
show server_version_num;
select datcollate from pg_database where datname = 'postgres';
select collname from pg_collation where collname in ('en_US.utf8', 'de-x-icu') order by 1;
select pg_jit_available();
set jit_above_cost = 0; set jit_inline_above_cost = 0; set jit_optimize_above_cost = 0;
explain (analyze) select sum(x * 2) from generate_series(1, 1000) x;
select xmlparse(document '<a/>');
select timestamptz '2024-07-01 12:00 UTC' at time zone 'Europe/Berlin';
create extension pgcrypto; create extension pg_stat_statements;
SQL
       pg_ctl -D /tmp/data -m fast stop >/dev/null`,
      );
      const [number, locale, icu, collation, available] = answers.split('\n');
      expect(number).toMatch(new RegExp(`^${version}\\d{4}$`));
      expect([locale, icu, collation, available]).toEqual(['en_US.UTF-8', 'de-x-icu', 'en_US.utf8', jit]);
      expect(answers).toMatch(explained);
      expect(answers).toMatch(/<a\/>\n2024-07-01 14:00:00\n$/);
    },
  );

  it.each(RELEASES)(
    'run: $plain with Patroni’s etcd3 part, pgBackRest, the locales, TLS certificates',
    async (release) => {
      const { platform, version, plain } = release;
      const [patroni, pgbackrest] = [upstream(platform, 'patroni'), upstream(platform, 'pgbackrest')];
      const script = `patroni --version; patronictl version; pgbackrest version; psql --version | cut -d. -f1; locale -a
      python3 -c 'import patroni.dcs.etcd3, psycopg2, ssl; print(len(ssl.create_default_context().get_ca_certs()) > 100)'`;
      expect((await inside(plain, 543, script)).split('\n')).toEqual([
        `patroni ${patroni}`,
        `patronictl version ${patroni}`,
        `pgBackRest ${pgbackrest}`,
        `psql (PostgreSQL) ${version}`,
        ...['C', 'C.utf8', 'en_US.utf8', 'POSIX', 'True', ''],
      ]);
    },
  );

  it('are the same bytes for another user, home, time zone, language, umask, folder and cache', async () => {
    const open = join(tmpdir(), `pigsty-open-${process.pid}`);
    mkdirSync(open, { mode: 0o777 });
    chmodSync(open, 0o777);
    try {
      const readable = join(open, 'packages');
      await mustRun('cp', ['-r', join(cache, 'packages'), readable]);
      await mustRun('cp', [program, lockFile, open]);
      await mustRun('cp', ['-r', RECIPES, join(open, 'images')]);
      await mustRun('chmod', ['-R', 'a+rwX', open]);
      const env = { HOME: open, TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', PATH: process.env.PATH ?? '' };
      const command = `umask 077; exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
      const names = [join(open, 'image-build.cjs'), join(open, 'images'), join(open, 'site.lock.json')];
      const args = ['-c', command, 'sh', process.execPath, ...names, join(open, 'blobs'), open];
      const node = await run('setpriv', [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        '-v',
      ]);
      const second: Result<readonly BuiltImage[]> =
        node.code === 0
          ? JSON.parse(await mustRun('sh', args, { cwd: open, env }))
          : await buildApart(join(open, 'blobs'), newCache('second'), { cwd: open, env, umask: '077' });
      expect(must(second)).toEqual(images);
      const blobs = (directory: string) =>
        readdirSync(directory)
          .sort()
          .map((name) => [name, hashOf(join(directory, name))]);
      expect(blobs(join(open, 'blobs'))).toEqual(blobs(join(layout, 'blobs/sha256')));
      for (const [name, hash] of blobs(join(open, 'blobs'))) expect(hash).toBe(name);
    } finally {
      removeTree(open);
    }
  });

  it('are not rewritten when nothing changed', async () => {
    const blobs = join(layout, 'blobs/sha256');
    const times = () => readdirSync(blobs).map((name) => [name, statSync(join(blobs, name)).mtimeMs]);
    const before = times();
    expect(must(await buildApart(blobs, join(scratch, 'first')))).toEqual(images);
    expect(times()).toEqual(before);
  });

  it('are not written partially on a full disk', async () => {
    const small = join(scratch, 'small');
    mkdirSync(small);
    await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'none', small]);
    try {
      for (const [blobs, caches] of [
        [join(small, 'blobs'), join(scratch, 'first')],
        [join(scratch, 'x'), join(small, 'c')],
      ]) {
        if (caches?.startsWith(small)) {
          mkdirSync(caches);
          symlinkSync(join(cache, 'packages'), join(caches, 'packages'));
        }
        const result = await buildApart(blobs ?? '', caches ?? '');
        expect(result.diagnostics).toMatchObject([{ code: 'build/disk-full' }]);
        const left = statSync(blobs ?? '', { throwIfNoEntry: false }) ? readdirSync(blobs ?? '') : [];
        for (const name of left) expect(hashOf(join(blobs ?? '', name))).toBe(name);
        const manifests = images.map((image) => image.manifest.digest.replace('sha256:', ''));
        expect(left.filter((name) => manifests.includes(name))).toEqual([]);
        rmSync(blobs ?? '', { recursive: true, force: true });
      }
    } finally {
      await mustRun('umount', [small]);
    }
  });
});

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  return result.value;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** `oci-layout` and `index.json` for skopeo (OCI image-spec, image-layout.md). */
function writeLayout(directory: string, images: readonly BuiltImage[]): void {
  const manifests = images.map(({ name, manifest }) => {
    return { ...manifest, annotations: { 'org.opencontainers.image.ref.name': name } };
  });
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
}
