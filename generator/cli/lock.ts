import { lockSite } from '../emit/site-images.ts';
import { exitOnInterrupt } from './interrupt.ts';
import { type CommonOptions, Run } from './run.ts';

export type LockFlags = CommonOptions & { readonly update?: boolean };

/** `pigsty lock`: the exact packages of every image, into `<inventory-stem>.lock.json`. */
export async function runLock(argument: string | undefined, flags: LockFlags): Promise<void> {
  const run = new Run(flags);
  const { site, plan } = await run.compile(argument, flags);
  exitOnInterrupt();
  const options = { environment: run.environment, progress: run.progress, update: flags.update === true };
  const { file, lock } = run.unwrap(await lockSite(site, plan, options));
  const count = lock.platforms.reduce((sum, platform) => sum + platform.packages.length, 0);
  run.print(
    flags.json
      ? JSON.stringify({ apiVersion: 'pigsty.io/v1', kind: 'LockSummary', file, packages: count })
      : `lock   ${count} packages  ${file}`,
  );
}
