/** `npm run golden`: writes what comes out now as what is expected. Read the change like code. */
import { spawnSync } from 'node:child_process';

if (process.env.CI) {
  process.stderr.write('golden: expected results are not renewed in CI\n');
  process.exit(1);
}
const env = { ...process.env, UPDATE_GOLDEN: '1' };
const steps = [
  ['npm', ['run', 'build']],
  ['npx', ['vitest', 'run', 'test/golden', 'test/bad', '--update']],
];
for (const [command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}
