import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './exclusive.ts';
import { mustRun, removeTree } from './process.ts';
import { cacheDirectory, ensureRootfs } from './rootfs.ts';

/** What a virtual machine is started from. `disk` is shared: copy it, never write to it. */
export type VmImage = { readonly kernel: string; readonly initrd: string; readonly disk: string };

/** Bytes as mke2fs counts them. The file is sparse. */
const DISK_SIZE = '8G';
/** 6.12 of Debian 13 crashes under TCG. */
const KERNEL_PACKAGE = 'linux-image-cloud-amd64';
const GUEST_PACKAGES = ['kmod'];

/**
 * The driver's end in the machine. Request: `<id> <seconds> <script> <input>`; reply: `<id> <code> :<stdout>
 * :<stderr>`; all but id, seconds and code in base64, one line each, over a virtio port, which has flow control.
 * The port's file exists before the port can be opened, hence the loop. It writes to memory only, not to the
 * disk under test.
 */
const CONTROL = `#!/bin/bash
modprobe -a virtio_pci virtio_console
until [ -e /dev/vport0p1 ] && command exec 3<>/dev/vport0p1; do sleep 0.1; done
answer() {
  d=$(mktemp -d /run/lab-control.XXXXXX)
  base64 -d <<<"$3" >"$d/script"
  base64 -d <<<"$4" >"$d/input"
  timeout -k 5 "$2" sh -e "$d/script" <"$d/input" >"$d/stdout" 2>"$d/stderr" 3>&- 9>&-
  code=$?
  flock 9
  printf '%s %s :%s :%s\\n' "$1" "$code" "$(base64 -w0 "$d/stdout")" "$(base64 -w0 "$d/stderr")" >&3
  rm -rf "$d"
}
echo ready >&3
while read -r id seconds script input <&3; do
  (exec 9>/run/lab-control.lock; answer "$id" "$seconds" "$script" "$input") &
done
`;

/**
 * The kernel has no driver of a virtual disk built in but NVMe's, and Debian 12's emulation of NVMe loses doorbells
 * under TCG (I/O timeouts in one boot of ten). So an initramfs loads virtio's and goes on to the real root.
 */
const INIT = `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for module in $(/bin/busybox cat /modules); do /bin/busybox insmod "/lib/$module"; done
until [ -b /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox umount /dev
exec /bin/busybox switch_root /root /sbin/init
`;
const BOOT_MODULES = ['virtio_pci', 'virtio_blk'];

/** Early, so that services may ask systemd for it; no shutdown conflict, so that it answers to the end. */
const CONTROL_UNIT = `[Unit]
DefaultDependencies=no
After=local-fs.target
[Service]
ExecStart=/usr/local/sbin/lab-control
Environment=HOME=/root TERM=dumb
OOMScoreAdjust=-900
[Install]
WantedBy=sysinit.target
`;

/** The host has its address before any service that listens on it; the interface has no connection. */
const NETWORK = `#!/bin/bash
ip=$(sed -n 's/.*lab\\.ip=\\([0-9.]*\\).*/\\1/p' /proc/cmdline)
[ -n "$ip" ] || exit 0
modprobe dummy numdummies=0
ip link add eth0 type dummy
ip address add "$ip/24" dev eth0
ip link set eth0 up
`;

const NETWORK_UNIT = `[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-network
[Install]
WantedBy=sysinit.target
`;

const FILES: readonly (readonly [path: string, mode: number, text: string])[] = [
  ['usr/local/sbin/lab-control', 0o755, CONTROL],
  ['usr/local/sbin/lab-network', 0o755, NETWORK],
  ['etc/systemd/system/lab-control.service', 0o644, CONTROL_UNIT],
  ['etc/systemd/system/lab-network.service', 0o644, NETWORK_UNIT],
];

/**
 * A kernel and a bootable root disk: the bookworm root file system, kmod, the kernel's modules and the driver's two
 * services. Built on first use (about 30 s), then kept. Throws when apt, mmdebstrap or mke2fs fails.
 */
export async function ensureVmImage(): Promise<VmImage> {
  const rootfs = await ensureRootfs('bookworm', GUEST_PACKAGES);
  const inputs = JSON.stringify([rootfs, KERNEL_PACKAGE, DISK_SIZE, FILES, INIT]);
  const recipe = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const target = join(cacheDirectory(), 'vm', recipe);
  const path = (name: string) => join(target, name);
  const image = { kernel: path('kernel'), initrd: path('initrd'), disk: path('disk') };
  if (existsSync(target)) return image;
  return withLock(`${target}.lock`, async () => {
    if (!existsSync(target)) await build(`${target}.draft`, target, rootfs);
    return image;
  });
}

async function build(draft: string, target: string, rootfs: string): Promise<void> {
  removeTree(draft);
  try {
    const [tree, kernel, busybox] = [join(draft, 'tree'), join(draft, 'package'), join(draft, 'busybox')];
    await unpack(await findKernelPackage(), kernel);
    await unpack('busybox-static', busybox);
    await mustRun('cp', ['-a', rootfs, tree]);
    const modules = await installKernel(kernel, tree, join(draft, 'kernel'));
    await buildInitrd(modules, join(busybox, 'bin/busybox'), draft);
    for (const [path, mode, text] of FILES) {
      writeFileSync(join(tree, path), text, { mode });
      if (path.endsWith('.service'))
        await mustRun('systemctl', [`--root=${tree}`, 'enable', join('/', path)]);
    }
    const options = ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await mustRun('mke2fs', [...options, '-d', tree, join(draft, 'disk'), DISK_SIZE], {
      timeoutSeconds: 600,
    });
    for (const part of [tree, kernel, busybox]) removeTree(part);
    renameSync(draft, target);
  } finally {
    removeTree(draft);
  }
}

/** The package that the metapackage stands for today. */
async function findKernelPackage(): Promise<string> {
  const depends = await mustRun('apt-cache', ['depends', '--important', KERNEL_PACKAGE]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error(`apt knows no kernel of ${KERNEL_PACKAGE}`);
  return name;
}

/** Unpacks a Debian package into `folder`; nothing is installed on this machine. */
async function unpack(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const download = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
  await mustRun('apt-get', download, { cwd: folder, timeoutSeconds: 600 });
  const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download ${name} left no package`);
  await mustRun('dpkg-deb', ['-x', join(folder, file), folder]);
}

/** The directory of the kernel's modules in `tree`. */
async function installKernel(unpacked: string, tree: string, kernel: string): Promise<string> {
  const [release] = readdirSync(join(unpacked, 'lib/modules'));
  if (release === undefined) throw new Error('the kernel package has no modules');
  mkdirSync(join(tree, 'usr/lib/modules'), { recursive: true });
  await mustRun('cp', ['-a', join(unpacked, 'lib/modules', release), join(tree, 'usr/lib/modules')]);
  await mustRun('depmod', ['-b', tree, release]);
  await mustRun('cp', [join(unpacked, 'boot', `vmlinuz-${release}`), kernel]);
  return join(tree, 'usr/lib/modules', release);
}

async function buildInitrd(modules: string, busybox: string, draft: string): Promise<void> {
  const folder = join(draft, 'initramfs');
  for (const name of ['bin', 'dev', 'lib', 'root']) mkdirSync(join(folder, name), { recursive: true });
  const files = loadOrder(readFileSync(join(modules, 'modules.dep'), 'utf8'));
  for (const file of files) copyFileSync(join(modules, file), join(folder, 'lib', basename(file)));
  writeFileSync(join(folder, 'modules'), files.map((file) => `${basename(file)}\n`).join(''));
  writeFileSync(join(folder, 'init'), INIT, { mode: 0o755 });
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  const pack = 'cd "$1"; find . | "$1/bin/busybox" cpio -o -H newc >"$2"';
  await mustRun('sh', ['-ec', pack, 'sh', folder, join(draft, 'initrd')]);
  removeTree(folder);
}

/** modules.dep(5) lists what a module needs so that the last one is to be loaded first. */
function loadOrder(dependencies: string): readonly string[] {
  const lines = dependencies.split('\n').map((line) => line.split(/:? /));
  const wanted = BOOT_MODULES.flatMap((name) =>
    lines.filter(([file]) => file?.replace(':', '').endsWith(`/${name}.ko`)),
  );
  return [...new Set(wanted.flatMap((line) => line.map((file) => file.replace(':', '')).reverse()))];
}
