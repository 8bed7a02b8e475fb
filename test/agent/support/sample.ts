import { execFileSync } from 'node:child_process';
import { loadTemplates } from '../../../generator/effects/package-root.ts';
import { AGENT_SCRIPT } from '../../../generator/text/agent-script.ts';
import { renderTemplate } from '../../../generator/text/template.ts';
import type { Bundle, BundleFile, BundleUnit } from './bundle-writer.ts';

const templates = await loadTemplates();
export const AGENT = renderTemplate(templates, AGENT_SCRIPT, {});
const BOOT_UNIT = renderTemplate(templates, 'agent/pigsty-boot.service', {});

/** A root file system of a shell and a few programs with their libraries, in two layers; `ballast` adds MiB. */
export function tinyImage(ballast = 0): readonly Buffer[] {
  const base = `
    mkdir -p usr/bin usr/lib usr/lib64 etc proc sys dev run tmp
    ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
    echo 'from the image' > etc/hosts
    for program in dash cat sleep; do
      cp "/bin/$program" usr/bin/
      ldd "/bin/$program" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p ".$(dirname "$library")"; cp -Ln "$library" ".$library"
      done
    done
    ln -s dash usr/bin/sh`;
  const top = `
    mkdir -p usr/share/tiny; echo tiny > usr/share/tiny/name
    i=0; while [ "$i" -lt ${ballast} ]; do head -c 1048576 /dev/urandom > "usr/share/tiny/$i"; i=$((i + 1)); done`;
  return [base, top].map(packTree);
}

/** A layer of what `script` makes in an empty directory. */
export function packTree(script: string): Buffer {
  const pack = 'tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - .';
  const command = `d=$(mktemp -d); cd "$d"; umask 022; (${script}\n) >&2; ${pack}; rm -rf "$d"`;
  return execFileSync('sh', ['-ec', command], { maxBuffer: 2 ** 30 });
}

/** What tests vary; everything else of the sample stays. */
export type Variation = {
  /** Its name, and its id. */
  readonly site?: string;
  readonly ip?: string;
  readonly node?: string;
  readonly uid?: number;
  readonly reloadText?: string;
  readonly restartText?: string;
  readonly runText?: string;
  readonly hosts?: string;
  readonly hasExtraUnit?: boolean;
  /** The script of the health check; it may take `checkSeconds`. */
  readonly check?: string;
  readonly checkSeconds?: number;
  readonly images?: ReadonlyMap<string, readonly Buffer[]>;
  readonly files?: readonly BundleFile[];
  readonly units?: readonly BundleUnit[];
  readonly records?: readonly string[];
  readonly links?: Bundle['links'];
};

const SLEEPER = `[Unit]
Description=Sleeps, and tells what it has read
AssertPathExists=/data/tenant/.pigsty-state

[Service]
Type=exec
User=tenant
ExecStart=/bin/sh /etc/pigsty/current/etc/tenant/sleeper.sh
ExecReload=/bin/sh -c 'kill -HUP $MAINPID'
Restart=always
RestartSec=1
`;

/** It says in a file what it runs with, so a test sees which generation's bytes it has read, and through which mount. */
const SLEEPER_SCRIPT = `
settings=/etc/pigsty/current/etc/tenant
show() { cat $settings/restart.conf $settings/reload.conf > /data/tenant/seen.draft; cat /data/tenant/seen.draft > /data/tenant/seen; }
trap show HUP
show
cat /etc/hosts > /data/tenant/hosts
cat $settings/password > /dev/null || exit 1
while :; do sleep 1000 & wait $!; done
`;

const ONE_SHOT = `[Unit]
Description=Runs when it changed
After=sleeper.service

[Service]
Type=oneshot
User=tenant
ExecStart=/bin/sh /etc/pigsty/current/etc/tenant/run.sh
`;

const PASSED_OVER = `[Unit]
Description=Wants what this node does not have
ConditionPathExists=/nowhere

[Service]
ExecStart=/bin/false
`;

const EXTRA = `[Unit]
Description=Comes and goes

[Service]
Type=exec
ExecStart=/bin/sleep infinity
`;

/** How the units of the product enter their image (units/shared). */
const inImage = (image: readonly Buffer[], id: (layers: readonly Buffer[]) => string) =>
  `RootDirectory=/var/lib/pigsty/images/${id(image)}/rootfs
MountAPIVFS=yes
BindReadOnlyPaths=/etc:/run/host/etc /etc/pigsty
BindPaths=/data/tenant
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
`;

/**
 * A bundle with one of everything: an image of two layers, a user, state, a secret, a measured file, owned files of
 * /etc, a service in the image that can reload, a one-shot, a unit whose condition is not met, a check.
 */
export function sampleBundle(
  images: ReadonlyMap<string, readonly Buffer[]>,
  id: (layers: readonly Buffer[]) => string,
  variation: Variation = {},
): Bundle {
  const tiny = (variation.images ?? images).get('tiny');
  if (!tiny) throw new Error('the sample needs an image named tiny');
  const { ip = '10.10.10.11', node = 'node-1', uid = 4711 } = variation;
  const names = [
    'sleeper.service',
    'note.service',
    'passed-over.service',
    ...(variation.hasExtraUnit ? ['extra.service'] : []),
  ];
  return {
    site: variation.site ?? 'lab',
    ip,
    node,
    images: variation.images ?? images,
    users: [{ name: 'tenant', uid, gid: uid }],
    directories: [
      { path: '/data', mode: '0755' },
      { path: '/data/tenant', mode: '0750', owner: 'tenant', group: 'tenant', state: 'tenant' },
      { path: '/data/tenant/inner', mode: '0700', owner: 'tenant', group: 'tenant' },
    ],
    files: [
      { path: 'bin/pigsty-agent', content: AGENT, mode: '0755', link: '/usr/local/sbin/pigsty-agent' },
      {
        path: 'etc/sysusers.d/pigsty.conf',
        content: `g tenant ${uid}\nu tenant ${uid}:${uid} "Tenant" /nonexistent\n`,
        link: '/etc/sysusers.d/pigsty.conf',
      },
      {
        path: 'etc/sysctl.d/pigsty.conf',
        content: 'net.ipv4.ip_forward = 1\n',
        link: '/etc/sysctl.d/90-pigsty.conf',
      },
      {
        path: 'etc/tmpfiles.d/pigsty.conf',
        content: 'd /run/tenant 0755 tenant tenant\n',
        link: '/etc/tmpfiles.d/pigsty.conf',
      },
      {
        path: 'etc/hosts',
        content: variation.hosts ?? `127.0.0.1 localhost\n${ip} ${node}\n`,
        link: '/etc/hosts',
      },
      { path: 'etc/tenant/sleeper.sh', content: SLEEPER_SCRIPT },
      { path: 'etc/tenant/reload.conf', content: `${variation.reloadText ?? 'reload 1'}\n` },
      { path: 'etc/tenant/restart.conf', content: `${variation.restartText ?? 'restart 1'}\n` },
      { path: 'etc/tenant/run.sh', content: `echo '${variation.runText ?? 'run 1'}' >> /data/tenant/runs\n` },
      {
        path: 'etc/tenant/password',
        content: 'hush-hush\n',
        mode: '0600',
        owner: 'tenant',
        group: 'tenant',
        isSecret: true,
      },
      {
        path: 'etc/tenant/measured.conf',
        content: 'echo "cpu=$PIGSTY_CPU memory=$PIGSTY_MEM_MB disk=$PIGSTY_DISK_BYTES"\n',
        mode: '0640',
        group: 'tenant',
        isMeasured: true,
      },
      {
        path: 'checks/sleeper',
        content: variation.check ?? 'systemctl -q is-active sleeper.service\n',
        mode: '0600',
      },
      { path: 'units/sleeper.service', content: SLEEPER + inImage(tiny, id) },
      { path: 'units/note.service', content: ONE_SHOT + inImage(tiny, id) },
      { path: 'units/passed-over.service', content: PASSED_OVER },
      ...(variation.hasExtraUnit ? [{ path: 'units/extra.service', content: EXTRA }] : []),
      { path: 'units/pigsty.target', content: renderTarget(names.filter((name) => name !== 'note.service')) },
      { path: 'units/pigsty-boot.service', content: BOOT_UNIT },
      ...(variation.files ?? []),
    ],
    links: [{ path: '/tenant', target: '/data/tenant' }, ...(variation.links ?? [])],
    units: [
      {
        name: 'note.service',
        activation: 'rerun',
        image: 'tiny',
        restartOn: ['etc/tenant/run.sh'],
        after: ['sleeper.service'],
      },
      {
        name: 'sleeper.service',
        activation: 'start',
        image: 'tiny',
        restartOn: ['etc/tenant/restart.conf', 'etc/tenant/sleeper.sh'],
        reloadOn: ['etc/tenant/reload.conf'],
      },
      { name: 'passed-over.service', activation: 'start' },
      ...(variation.hasExtraUnit ? ([{ name: 'extra.service', activation: 'start' }] as const) : []),
      { name: 'pigsty.target', activation: 'start' },
      { name: 'pigsty-boot.service', activation: 'none' },
      ...(variation.units ?? []),
    ],
    checks: [{ name: 'sleeper', seconds: variation.checkSeconds ?? 20, path: 'checks/sleeper' }],
    records: variation.records ?? ['disk /data/tenant', `hostname ${node}`, 'timezone Etc/UTC'],
    agent: AGENT,
  };
}

function renderTarget(units: readonly string[]): string {
  return renderTemplate(templates, 'agent/pigsty.target.ejs', { units });
}
