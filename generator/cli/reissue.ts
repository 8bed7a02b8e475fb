import { type ReissueSummary, reissue } from '../emit/reissue.ts';
import { exitOnInterrupt } from './interrupt.ts';
import { type CommonOptions, Run } from './run.ts';

/** `pigsty reissue HOST…`: revokes the certificates of hosts, and makes new keys and certificates for the next build. */
export async function runReissue(hosts: readonly string[], flags: CommonOptions): Promise<void> {
  const run = new Run(flags);
  const compiled = await run.compile(undefined, flags);
  exitOnInterrupt();
  const clock = { now: new Date(), environment: run.environment };
  const summary = run.unwrap(await reissue(compiled, hosts, clock));
  run.print(
    flags.json
      ? JSON.stringify({ apiVersion: 'pigsty.io/v1', kind: 'ReissueSummary', ...summary }, null, 2)
      : toText(summary),
  );
}

function toText({ revoked, sshKeys, hosts }: ReissueSummary): string {
  const lines = revoked.map(({ certificate, serial, ip }) => {
    const result = ip === undefined ? 'no host has it any more' : `${ip} gets a new one`;
    return `revoked  ${certificate.padEnd(16)} ${serial}  ${result}`;
  });
  const order = hosts.length === 0 ? 'all hosts' : `${hosts.join(', ')} first, then to all other hosts`;
  return [
    ...(lines.length > 0 ? lines : ['revoked  none: no certificate exists yet']),
    ...sshKeys.map((name) => `replaced ${name}`),
    `next     build, then apply the bundles to ${order}, which refuse the old certificates from then on`,
  ].join('\n');
}
