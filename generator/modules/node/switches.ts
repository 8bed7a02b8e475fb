import type { Contribution } from '../../model/module.ts';
import type { Settings } from '../../model/settings.ts';
import { linked } from '../../text/linked.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { firewallMode } from './settings.ts';

/** Features of the host with one flag each: swap, firewalls, read-ahead, NUMA. */
export function switchContributions(settings: Settings): Contribution[] {
  return [
    ...(settings.node_disable_swap ? [noSwap()] : []),
    ...(firewallMode(settings) === 'none' ? [] : [noFirewall()]),
    ...(settings.node_disk_prefetch ? [diskPrefetch()] : []),
    ...(settings.node_disable_numa ? [spreadMemory()] : []),
  ];
}

/** Active swap is turned off once; at boot none starts, wherever it is declared (systemd.unit(5), drop-ins by type). */
function noSwap(): Contribution {
  const unit = 'pigsty-no-swap.service';
  const dropIn = linked('/etc/systemd/system/swap.d/60-pigsty.conf', [
    '# node_disable_swap: this condition is never true.',
    '[Unit]',
    'ConditionPathExists=!/',
  ]);
  return { files: [dropIn, unitFile(unit, 'node/no-swap.service.ejs', {})], units: [unitPlan(unit)] };
}

/** The firewalls that Pigsty disables. nftables.service has rules of the operator: it stays. */
const FIREWALLS = 'firewalld.service ufw.service';

/** Starting a unit stops the units that it conflicts with, also at boot (systemd.unit(5), Conflicts=). */
function noFirewall(): Contribution {
  const unit = 'pigsty-no-firewall.service';
  return {
    files: [unitFile(unit, 'node/no-firewall.service.ejs', { firewalls: FIREWALLS })],
    units: [unitPlan(unit)],
  };
}

/** 16384 sectors of 512 bytes, as Pigsty sets them with blockdev (pigsty.md section 3, node_feature). */
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
 * Interleaves memory, like `numa=off`: every process that systemd starts gets pages from all nodes in turn. The kernel's
 * command line belongs to the boot loader, which has no drop-in directory; systemd reads its settings at boot.
 */
function spreadMemory(): Contribution {
  const file = linked('/etc/systemd/system.conf.d/60-pigsty-numa.conf', [
    '[Manager]',
    'NUMAPolicy=interleave',
    'NUMAMask=all',
  ]);
  return { files: [file] };
}
