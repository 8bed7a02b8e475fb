import { expect } from 'vitest';
import type { RunResult } from '../../support/process.ts';
import type { Vm } from '../../support/vm.ts';
import { ADDRESS } from './meta-site.ts';

/** One way in, looked after every 5 s: four times two questions a second would be all that Patroni does there. */
const SERVICE = `pg_default_services:
          - { name: primary, port: 5433, dest: default, check: /primary, selector: '[]', options: inter 5s fall 3 rise 1 }`;

/** Emulated, a node does in minutes what it does in seconds: no backups there, and few health checks. */
export const LIGHTER = [
  ['pgbackrest_method: local', `pgbackrest_enabled: false\n        ${SERVICE}`],
] as const;

/** Gives the bundles `others` below /root/bundles the blobs that they share with bundle 0 there. */
export async function completeBundles(vm: Vm, others: readonly number[]): Promise<void> {
  await vm.sh(`cd /root/bundles; for n in ${others.join(' ')}; do
    cut -c 67- $n/SHA256SUMS | grep ^blobs/ | while read -r blob; do [ -e $n/$blob ] || ln 0/$blob $n/$blob; done
  done; sync`);
}

export function startApply(vm: Vm, bundle: string): Promise<RunResult> {
  return vm.exec([`${bundle}/pigsty-agent`, 'apply'], { timeoutSeconds: 600 });
}

/** What the agent says when the time for health was too short: what it started goes on. */
export const TOO_SLOW = /still .* after \d+ s|failed for \d+ s/;

/** On an emulated machine the time for health may be too short: then applying again goes on from there. */
export async function applyUntilGood(vm: Vm, bundle: string): Promise<void> {
  for (let round = 0; ; round++) {
    const { code, stderr } = await startApply(vm, bundle);
    if (code === 0) return;
    expect(stderr).toMatch(TOO_SLOW);
    expect(round, stderr).toBeLessThan(3);
  }
}

/** What psql prints, as a client of the primary service; throws when the command fails. */
export async function sql(vm: Vm, command: string): Promise<string> {
  const url = `postgres://dbuser_meta:DBUser.Meta@${ADDRESS}:5433/meta`;
  return (await vm.sh(`psql -XAtq -v ON_ERROR_STOP=1 ${url} -c "${command}"`)).trim();
}
