import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Labs and virtual machines, and the tests of them. */
const FILES = [
  ...['cgroup', 'disk', 'exclusive', 'lab', 'network', 'node', 'nspawn', 'process', 'rootfs', 'teardown'],
  ...['qemu', 'vm', 'vm-image', 'vm-port', '../harness/lab.test', '../harness/vm.test'],
].map((name) => join(import.meta.dirname, `${name}.ts`));

/** The digest of the harness that its tests passed with last. */
const RECORD = join(import.meta.dirname, '../harness/tested.sha256');

/** False when the harness differs from the one that its tests passed with: they have to run. */
export function isHarnessTested(): boolean {
  return existsSync(RECORD) && readFileSync(RECORD, 'utf8').trim() === digest();
}

/** Of the files as they are now. */
function digest(): string {
  const hash = createHash('sha256');
  for (const file of FILES) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** The harness as it is now has passed. */
export function recordHarness(): void {
  writeFileSync(RECORD, `${digest()}\n`);
}
