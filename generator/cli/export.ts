import { join, resolve } from 'node:path';
import { exportHost } from '../bundle/export-host.ts';
import { tarSink } from '../bundle/tar.ts';
import { siteInputs } from '../emit/site-images.ts';
import { shortDigest } from '../text/digest.ts';
import { exitOnInterrupt } from './interrupt.ts';
import { type CommonOptions, Run } from './run.ts';
import { formatBytes } from './terminal.ts';

export type ExportFlags = CommonOptions & {
  readonly host: string;
  readonly output: string;
  readonly site: string;
};

/** `pigsty export`: everything one host needs, in one tar: a directory with the agent in it. */
export async function runExport(argument: string | undefined, flags: ExportFlags): Promise<void> {
  const run = new Run(flags);
  const { site } = await run.compile(argument, { ...flags, quiet: true });
  exitOnInterrupt();
  const directory = join(resolve(flags.site), site.name);
  const file = resolve(flags.output);
  const inputs = await siteInputs(site);
  const exported = await exportHost(directory, flags.host, tarSink(file), run.progress, inputs);
  const { bundle, folder, bytes } = run.unwrap(exported);
  run.print(
    flags.json
      ? JSON.stringify({ apiVersion: 'pigsty.io/v1', kind: 'Export', file, folder, bundle, bytes }, null, 2)
      : `export ${flags.host}  ${formatBytes(bytes)}  bundle ${shortDigest(bundle)}\n${file}`,
  );
}
