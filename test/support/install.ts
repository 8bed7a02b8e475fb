import { installMissing } from './requirements.ts';

/**
 * vitest's globalSetup: installs what the tests need before the first one starts, and prints what is still
 * missing on standard error; tests that need it are skipped. Throws when apt fails.
 */
export default async function setup(): Promise<void> {
  const missing = await installMissing();
  for (const { tool, package: name } of missing) {
    process.stderr.write(`missing: ${tool} (Debian package ${name}); tests that need it are skipped\n`);
  }
}
