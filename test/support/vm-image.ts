import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './exclusive.ts';
import { mustRun, removeTree } from './process.ts';
import { cacheDirectory, ensureRootfs } from './rootfs.ts';

/** What a virtual machine is started from. `disk` is shared: copy it, never write to it. */
export type VmImage = { readonly kernel: string; readonly disk: string };

/** Bytes as mke2fs counts them. The file is sparse. */
const DISK_SIZE = '8G';
/** Its ext4 and NVMe drivers are built in, so no initramfs is needed; 6.12 of Debian 13 crashes under TCG. */
const KERNEL_PACKAGE = 'linux-image-cloud-amd64';
const GUEST_PACKAGES = ['kmod'];

/**
 * The driver's end in the machine. Request: `<id> <seconds> <script> <input>`; reply: `<id> <code> :<stdout>
 * :<stderr>`; all but id, seconds and code in base64, one line each, over a virtio port, which has flow control.
 * The port's file is there before the port can be opened, hence the loop. Whatever it writes is in memory, so that it dirties nothing on the disk under test.
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

/** The host's address is there before any service that listens on it; there is no wire behind it. */
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
  const inputs = JSON.stringify([rootfs, KERNEL_PACKAGE, DISK_SIZE, FILES]);
  const recipe = createHash('sha256').update(inputs).digest('hex').slice(0, 12);
  const target = join(cacheDirectory(), 'vm', recipe);
  const image = { kernel: join(target, 'kernel'), disk: join(target, 'disk') };
  if (existsSync(target)) return image;
  return withLock(`${target}.lock`, async () => {
    if (!existsSync(target)) await build(`${target}.draft`, target, rootfs);
    return image;
  });
}

async function build(draft: string, target: string, rootfs: string): Promise<void> {
  removeTree(draft);
  try {
    const tree = join(draft, 'tree');
    const unpacked = await fetchKernel(join(draft, 'package'));
    await mustRun('cp', ['-a', rootfs, tree]);
    await installKernel(unpacked, tree, join(draft, 'kernel'));
    for (const [path, mode, text] of FILES) {
      writeFileSync(join(tree, path), text, { mode });
      if (path.endsWith('.service'))
        await mustRun('systemctl', [`--root=${tree}`, 'enable', join('/', path)]);
    }
    const options = ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await mustRun('mke2fs', [...options, '-d', tree, join(draft, 'disk'), DISK_SIZE], {
      timeoutSeconds: 600,
    });
    removeTree(tree);
    removeTree(join(draft, 'package'));
    renameSync(draft, target);
  } finally {
    removeTree(draft);
  }
}

/** The directory that the kernel's package is unpacked in; nothing is installed on this machine. */
async function fetchKernel(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const depends = await mustRun('apt-cache', ['depends', '--important', KERNEL_PACKAGE]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error(`apt knows no kernel of ${KERNEL_PACKAGE}`);
  const download = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
  await mustRun('apt-get', download, { cwd: folder, timeoutSeconds: 600 });
  const [file] = readdirSync(folder).filter((entry) => entry.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get download ${name} left no package`);
  await mustRun('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
  return join(folder, 'root');
}

async function installKernel(unpacked: string, tree: string, kernel: string): Promise<void> {
  const [release] = readdirSync(join(unpacked, 'lib/modules'));
  if (release === undefined) throw new Error('the kernel package has no modules');
  mkdirSync(join(tree, 'usr/lib/modules'), { recursive: true });
  await mustRun('cp', ['-a', join(unpacked, 'lib/modules', release), join(tree, 'usr/lib/modules')]);
  await mustRun('depmod', ['-b', tree, release]);
  await mustRun('cp', [join(unpacked, 'boot', `vmlinuz-${release}`), kernel]);
}
