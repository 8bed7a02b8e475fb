import type { Contribution } from '../../model/module.ts';
import type { Settings } from '../../model/settings.ts';
import { linked } from '../../text/linked.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/** What one flag each switches on the host: swap, firewalls, reading ahead, NUMA. */
export function switchContributions(settings: Settings): Contribution[] {
  return [
    ...(settings.node_disable_swap ? [noSwap()] : []),
    ...(settings.node_disable_firewall ? [noFirewall()] : []),
    ...(settings.node_disk_prefetch ? [diskPrefetch()] : []),
    ...(settings.node_disable_numa ? [spreadMemory()] : []),
  ];
}

/** Swap that is on is switched off once; at boot none comes up, wherever it is declared (systemd.unit(5), drop-ins by type). */
function noSwap(): Contribution {
  const unit = 'pigsty-no-swap.service';
  const dropIn = linked('/etc/systemd/system/swap.d/60-pigsty.conf', [
    '# node_disable_swap: no condition is true of this path.',
    '[Unit]',
    'ConditionPathExists=!/',
  ]);
  return { files: [dropIn, unitFile(unit, 'node/no-swap.service.ejs', {})], units: [unitPlan(unit)] };
}

/** Those that Pigsty knows. Rules of nftables.service are somebody's own: they stay. */
const FIREWALLS = 'firewalld.service ufw.service';

/** The unit that is started wins over those that it conflicts with, at boot as well (systemd.unit(5), Conflicts=). */
function noFirewall(): Contribution {
  const unit = 'pigsty-no-firewall.service';
  return {
    files: [unitFile(unit, 'node/no-firewall.service.ejs', { firewalls: FIREWALLS })],
    units: [unitPlan(unit)],
  };
}

/** 16384 sectors of 512 bytes, as Pigsty has blockdev set them (pigsty.md section 3, node_feature). */
const READ_AHEAD_KB = 8192;

function diskPrefetch(): Contribution {
  const unit = 'pigsty-disk-prefetch.service';
  const rules = linked('/etc/udev/rules.d/60-pigsty-prefetch.rules', [
    `ACTION=="add|change", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ATTR{queue/rotational}=="1", ATTR{queue/read_ahead_kb}="${READ_AHEAD_KB}"`,
  ]);
  return {
    files: [rules, unitFile(unit, 'node/disk-prefetch.service.ejs', {})],
    units: [unitPlan(unit, { restartOn: [rules.path] })],
  };
}

/**
 * All memory is one, as with `numa=off`: whatever systemd starts takes pages from all nodes in turn. The kernel's command
 * line is the boot loader's, which has no file for others; systemd reads its own settings when it starts.
 */
function spreadMemory(): Contribution {
  const file = linked('/etc/systemd/system.conf.d/60-pigsty-numa.conf', [
    '[Manager]',
    'NUMAPolicy=interleave',
    'NUMAMask=all',
  ]);
  return { files: [file] };
}
