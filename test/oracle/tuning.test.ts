import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../generator/compile.ts';
import { loadTemplates } from '../../generator/effects/package-root.ts';
import type { HostPlan } from '../../generator/model/plan.ts';
import { quoteShell } from '../../generator/text/quote.ts';
import { renderTemplate } from '../../generator/text/template.ts';
import { writeYaml } from '../../generator/text/yaml-writer.ts';
import { mustRun, removeTree } from '../support/process.ts';
import { Workshop } from '../support/product.ts';
import { skipReason } from '../support/requirements.ts';
import { UnpackedBundle } from '../support/unpacked-bundle.ts';

/*
 * Parameters of the four templates on machines of many sizes: what is declared and what is measured give the same, both
 * are what the table says, and a real PostgreSQL starts with them.
 */
const skipped = skipReason('ip', 'unshare', 'chroot');
const FORMULAS = fileURLToPath(new URL('tuning/formulas.py', import.meta.url));
const TEMPLATES = ['oltp', 'olap', 'crit', 'tiny'] as const;
const GB = 2 ** 30;

/** Processors, memory in MiB, size of the disk. The largest ask for more memory than this machine may have. */
const SIZES: readonly (readonly [cpu: number, memMb: number, diskBytes: number])[] = [
  [1, 1024, 10 * GB],
  [1, 2001, 20 * GB],
  [2, 3931, 20 * GB + 1],
  [2, 7951, 64 * GB],
  [4, 7953, 100 * GB],
  [4, 16_007, 256 * GB],
  [7, 15_999, 500 * GB],
  [8, 32_085, 1000 * GB],
  [9, 31_337, 1999 * GB],
  [16, 64_217, 2000 * GB],
  [17, 65_536, 4000 * GB],
  [64, 257_574, 8000 * GB],
  [128, 1_031_519, 64_000 * GB],
];
/** What one mmap may ask for, a quarter of it, on the machines that tests run on. */
const STARTABLE_MB = 66_000;

const cases = TEMPLATES.flatMap((template) =>
  SIZES.flatMap((size, index) => [
    { template, size, ratio: 0.25, pool: true, wide: false },
    // Odd ratios, direct connections and wide partitioning in turn.
    ...(index % 4 === 0 ? [{ template, size, ratio: 0.37, pool: false, wide: true }] : []),
  ]),
);
type Case = (typeof cases)[number];

function inventory(
  { template, size: [cpu, memMb, diskBytes], ratio, pool, wide }: Case,
  isDeclared: boolean,
): string {
  const facts = { node_cpu: cpu, node_mem_mb: memMb, node_disk_bytes: diskBytes };
  const vars = {
    pg_cluster: 'pg-x',
    pg_conf: `${template}.yml`,
    pg_shared_buffer_ratio: ratio,
    pg_default_service_dest: pool ? 'pgbouncer' : 'postgres',
    ...(wide && { pg_libs: 'timescaledb, pg_stat_statements' }),
    ...(isDeclared && facts),
  };
  const hosts = { '10.10.10.10': { etcd_seq: 1, pg_seq: 1, pg_role: 'primary' } };
  return JSON.stringify({ all: { children: { etcd: { hosts }, 'pg-x': { hosts, vars } } } });
}

function planOf(one: Case, isDeclared: boolean): HostPlan {
  const compiled = compile(inventory(one, isDeclared), 'generated.yml', 'generated');
  const [host] = compiled.ok ? [...compiled.value.plan.hosts].map(({ plan }) => plan) : [];
  if (!host) throw new Error(JSON.stringify(compiled.diagnostics));
  return host;
}

type Parameters = Record<string, string | number>;

/** Of Patroni's files, as YAML: first what the store gets, over it what the member sets. */
function parametersIn(texts: readonly string[]): Parameters {
  const files = texts.map((text) => parse(text));
  const dcs = files.map((file) => file.bootstrap?.dcs.postgresql.parameters);
  return Object.assign({}, ...dcs, ...files.map((file) => file.postgresql.parameters));
}

function sourceOf(host: HostPlan, path: string) {
  const source = host.files.find((file) => file.path === path)?.source;
  if (!source) throw new Error(`no ${path}`);
  return source;
}

function yamlOf(host: HostPlan, path: string): string {
  const source = sourceOf(host, path);
  if (source.kind !== 'yaml') throw new Error(`${path} is not written as YAML`);
  return writeYaml(source.data as Parameters);
}

const declared = (one: Case): Parameters => {
  const host = planOf(one, true);
  return parametersIn(
    ['etc/patroni/10-patroni.yml', 'etc/patroni/20-tuning.yml'].map((path) => yamlOf(host, path)),
  );
};

describe.skipIf(skipped)(`tuning${skipped ? ` (${skipped})` : ''}`, () => {
  it(`is what the table says, in ${cases.length} cases`, async () => {
    const input = JSON.stringify(
      cases.map(({ size: [cpu, memMb, diskBytes], ...one }) => ({ ...one, cpu, memMb, diskBytes })),
    );
    const expected: Parameters[] = JSON.parse(await mustRun('/usr/bin/python3', [FORMULAS], { input }));
    for (const [index, one] of cases.entries())
      expect(declared(one), JSON.stringify(one)).toMatchObject(expected[index] ?? {});
  });

  it('is the same where the node measures itself', async () => {
    const templates = await loadTemplates();
    for (const one of cases.filter((_, index) => index % 3 === 0)) {
      const source = sourceOf(planOf(one, false), 'etc/patroni/20-tuning.yml');
      if (source.kind !== 'measured') throw new Error('it is not measured');
      const [cpu, memMb, diskBytes] = one.size;
      const env = {
        ...process.env,
        PIGSTY_CPU: `${cpu}`,
        PIGSTY_MEM_MB: `${memMb}`,
        PIGSTY_DISK_BYTES: `${diskBytes}`,
      };
      const measured = await mustRun('sh', ['-c', renderTemplate(templates, source.template, source.view)], {
        env,
      });
      const compiled = yamlOf(planOf(one, true), 'etc/patroni/20-tuning.yml');
      expect(parametersIn([measured]), JSON.stringify(one)).toEqual(parametersIn([compiled]));
    }
  });

  describe('in a real PostgreSQL', () => {
    let workshop: Workshop;
    let bundle: UnpackedBundle;
    beforeAll(async () => {
      workshop = new Workshop('meta');
      bundle = await UnpackedBundle.ofMeta(workshop);
    });
    afterAll(() => {
      if (workshop) removeTree(workshop.directory);
    });

    it.each(TEMPLATES)('%s starts, and every line holds', async (template) => {
      const sizes = cases.filter(
        (one) => one.template === template && !one.wide && one.size[1] <= STARTABLE_MB,
      );
      const rounds = sizes.map((one) => {
        const lines = Object.entries(declared(one)).map(
          ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`,
        );
        return `printf %s ${quoteShell(lines.join(''))} | server tee /tmp/data/postgresql.conf >"$node/copy"
          server pg_ctl -D /tmp/data -w -l /tmp/log -o '-c listen_addresses=' start >"$node/copy" || within postgres-17 543 cat /tmp/log
          server psql -h /var/run/postgresql -d postgres -U judge -XAtc "select count(*) > 60, coalesce(string_agg(name, ',') filter (where error is not null), '') from pg_file_settings"
          server pg_ctl -D /tmp/data -w -m immediate stop >"$node/copy"`;
      });
      const script = [
        'server() { within postgres-17 543 "$@"; }',
        'server initdb -D /tmp/data -U judge --auth=trust >"$node/copy"',
        ...rounds,
      ].join('\n');
      const file = join(workshop.directory, `${template}.sh`);
      writeFileSync(file, script);
      const result = await bundle.run(`. ${quoteShell(file)}`);
      expect(result.stderr, result.stdout).toBe('');
      expect(result.stdout).toBe('t|\n'.repeat(sizes.length));
      expect(sizes.length).toBeGreaterThanOrEqual(11);
    });
  });
});
