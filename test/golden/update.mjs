/** `npm run golden`: writes what comes out now as what is expected. Read the change like code. */
import { execFileSync } from 'node:child_process';

if (process.env.CI) {
  process.stderr.write('golden: expected results are not renewed in CI\n');
  process.exit(1);
}
const env = { ...process.env, UPDATE_GOLDEN: '1' };
execFileSync('npm', ['run', 'build'], { stdio: 'inherit' });
execFileSync('npx', ['vitest', 'run', 'test/golden', 'test/bad', '--update'], { stdio: 'inherit', env });
