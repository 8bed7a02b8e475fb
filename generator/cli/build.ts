import { resolve } from 'node:path';
import { type BuildSummary, build } from '../emit/build.ts';
import type { SitePlan, SitePromise } from '../model/plan.ts';
import { shortDigest } from '../text/digest.ts';
import { exitOnInterrupt } from './interrupt.ts';
import { type CommonOptions, Run } from './run.ts';
import { sitePrintout } from './site-printout.ts';
import { formatBytes } from './terminal.ts';

export type BuildFlags = CommonOptions & {
  readonly output: string;
  readonly configOnly?: boolean;
  readonly frozen?: boolean;
  readonly emit?: 'plan' | 'site';
};

/** `pigsty build`: one bundle per host below `<output>/<site>/`; with `--emit`, only the result of a stage, on stdout. */
export async function runBuild(argument: string | undefined, flags: BuildFlags): Promise<void> {
  const run = new Run(flags);
  const compiled = await run.compile(argument, flags);
  if (flags.emit) {
    const { plan, site } = compiled;
    const shown = flags.emit === 'plan' ? planPrintout(plan) : sitePrintout(site);
    run.print(JSON.stringify(shown, null, 2));
    return;
  }
  exitOnInterrupt();
  const result = await build(compiled, {
    out: resolve(flags.output),
    configOnly: flags.configOnly === true,
    frozen: flags.frozen === true,
    now: new Date(),
    environment: run.environment,
    progress: run.progress,
  });
  const summary = run.unwrap(result);
  const { promises } = compiled.plan;
  run.print(
    flags.json ? JSON.stringify({ ...toJson(summary), promises }, null, 2) : toText(summary, promises),
  );
}

function planPrintout({ site, sources, hosts, promises }: SitePlan): object {
  return { site, sources, hosts: [...hosts].map(({ plan }) => plan), promises };
}

function toText({ directory, images, hosts }: BuildSummary, promises: readonly SitePromise[]): string {
  const imageLines = images.map(({ name, layers }) => {
    const bytes = layers.reduce((sum, layer) => sum + layer.size, 0);
    return `image  ${name.padEnd(16)} ${formatBytes(bytes).padStart(10)}  ${layers.length} layers`;
  });
  const hostLines = hosts.map(({ ip, name, files, bundle }) => {
    return `host   ${ip.padEnd(16)} ${`${files} files`.padStart(10)}  ${name}${bundle ? `  bundle ${shortDigest(bundle)}` : ''}`;
  });
  return [...imageLines, ...hostLines, ...promiseLines(promises), `site   ${directory}`].join('\n');
}

const PROMISES = { quorum: 'quorum', recovery: 'writes', firewall: 'ports ' } as const;

const FIREWALLS = {
  off: 'not filtered by firewalld and ufw, which are stopped (node_firewall_mode)',
  none: 'as the packet filters of the host say, which stay as they are',
  plan: 'those of the plan are open to their sources, and ssh; firewalld and ufw are stopped',
  zone: 'all to node_firewall_intranet, node_firewall_public_port to all, those of the plan, ssh',
} as const;

/** Clusters with the same promise share a line. */
function promiseLines(promises: readonly SitePromise[]): string[] {
  const promised = new Map<string, string[]>();
  for (const promise of promises) {
    const key = `${PROMISES[promise.kind]}\0${promiseText(promise)}`;
    const clusters = promised.get(key) ?? [];
    clusters.push(promise.cluster);
    promised.set(key, clusters);
  }
  return [...promised].map(([key, clusters]) => key.replace('\0', ` ${clusterNames(clusters).padEnd(16)}  `));
}

function clusterNames(clusters: readonly string[]): string {
  const more = clusters.length - 3;
  return clusters.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function promiseText(promise: SitePromise): string {
  if (promise.kind === 'quorum') {
    const { members, spare } = promise;
    return `${members - spare} of ${members}: survives the loss of ${spare}`;
  }
  if (promise.kind === 'firewall') return FIREWALLS[promise.mode];
  const { seconds, lostBytes, lostSeconds, worstCases, unprotected } = promise;
  const hosts = unprotected.map((ip) => `loss of ${ip} until it is back, as etcd has no quorum without it`);
  const cases = worstCases.map((one) => `${one.failure} ${one.seconds} s`);
  const loss =
    lostSeconds === 0
      ? 'no committed data is lost'
      : `up to ${formatBytes(lostBytes)} and the last ${lostSeconds} s of commits can be lost`;
  const unless = hosts.length > 0 ? ` unless ${unprotected.join(' or ')} is lost` : '';
  return `maximum write outage ${seconds} s${unless}, ${loss}; worst cases: ${[...cases, ...hosts].join(', ')}`;
}

function toJson({ directory, images, hosts }: BuildSummary): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'BuildSummary',
    directory,
    images: images.map(({ name, manifest, layers }) => ({
      name,
      digest: manifest.digest,
      bytes: layers.reduce((sum, layer) => sum + layer.size, 0),
    })),
    hosts,
  };
}
