import type { PlanData } from '../../../generator/model/plan.ts';
import { type Labels, type Series, samplesText, seriesText } from '../../support/rule-tests.ts';
import { cls, ins, NODE, PG, PG_2, POOL, series } from './targets.ts';

/** What a recording rule has after an hour of constant values and rates. */
export type RecordCase = {
  readonly record: string;
  readonly series: readonly Series[];
  readonly expected: readonly { readonly labels: Labels; readonly value: number }[];
};

const MINUTES = 60;

export function recordTest({ record, series: all, expected }: RecordCase): PlanData {
  return {
    name: record,
    interval: '10s',
    input_series: all.map((one) => ({ series: seriesText(one), values: samplesText(one.well, MINUTES) })),
    promql_expr_test: [
      {
        // Rates of decimal fractions are not exact.
        expr: `round(${record}, 1e-6)`,
        eval_time: `${MINUTES - 1}m`,
        exp_samples: expected.map(({ labels, value }) => ({
          labels: seriesText({ name: '', labels }),
          value,
        })),
      },
    ],
  };
}

const APP = { datname: 'app' };
const SHOP = { datname: 'shop' };
const SENDER = { appname: 'pg-test-2', usename: 'replicator', address: '10.10.10.12', pid: '4711' };
const cores = ['0', '1'].map((cpu) =>
  series('node_cpu_seconds_total', { ...NODE, cpu, mode: 'idle' }, { rate: cpu === '0' ? 0.2 : 0.6 }),
);
const disk = (name: string, device: string, rate: number) =>
  series(`node_disk_${name}_total`, { ...NODE, device }, { rate });
const network = (device: string, rate: number) =>
  series('node_network_transmit_bytes_total', { ...NODE, device }, { rate });

const NODE_RECORDS: RecordCase[] = [
  { record: 'node:ins:cpu_usage', series: cores, expected: [{ labels: ins(NODE), value: 0.6 }] },
  { record: 'node:cls:cpu_usage_5m', series: cores, expected: [{ labels: cls(NODE), value: 0.6 }] },
  {
    record: 'node:ins:mem_usage',
    series: [
      series('node_memory_MemTotal_bytes', NODE, 8e9),
      series('node_memory_MemAvailable_bytes', NODE, 2e9),
    ],
    expected: [{ labels: ins(NODE), value: 0.75 }],
  },
  {
    record: 'node:ins:swap_usage',
    series: [series('node_memory_SwapTotal_bytes', NODE, 0), series('node_memory_SwapFree_bytes', NODE, 0)],
    expected: [{ labels: ins(NODE), value: 0 }],
  },
  {
    // A logical volume on the disk is not counted twice.
    record: 'node:ins:disk_iops_1m',
    series: ['nvme0n1', 'vda', 'dm-0'].flatMap((device) => [
      disk('reads_completed', device, 10),
      disk('writes_completed', device, 5),
    ]),
    expected: [{ labels: ins(NODE), value: 30 }],
  },
  {
    record: 'node:dev:disk_write_rt_1m',
    series: [disk('writes_completed', 'nvme0n1', 100), disk('write_time_seconds', 'nvme0n1', 0.5)],
    expected: [{ labels: { ...NODE, device: 'nvme0n1' }, value: 0.005 }],
  },
  {
    record: 'node:cls:network_tx_bytes_rate1m',
    series: [network('eth0', 1000), network('lo', 500), network('bond0', 1000)],
    expected: [{ labels: cls(NODE), value: 1000 }],
  },
];

const both = (name: string, first: number, second: number) => [
  series(name, { ...PG, ...APP }, { rate: first }),
  series(name, { ...PG, ...SHOP }, { rate: second }),
];
const working = [
  series('pg_up', PG, 1),
  ...cores,
  series('pg_db_active_time', { ...PG, ...APP }, { rate: 0.5 }),
];

const PG_RECORDS: RecordCase[] = [
  {
    record: 'pg:ins:xact_total_rate5m',
    series: both('pg_db_xact_total', 30, 20),
    expected: [{ labels: ins(PG), value: 50 }],
  },
  {
    record: 'pg:env:xact_commit_rate1m',
    series: [
      ...both('pg_db_xact_commit', 30, 20),
      series('pg_db_xact_commit', { ...PG_2, ...APP }, { rate: 5 }),
    ],
    expected: [{ labels: { job: 'pgsql' }, value: 55 }],
  },
  {
    record: 'pg:db:tup_updated_rate1m',
    series: both('pg_db_tup_updated', 3, 2).slice(0, 1),
    expected: [{ labels: { ...PG, ...APP }, value: 3 }],
  },
  {
    record: 'pg:ins:blks_hit_ratio1m',
    series: [...both('pg_db_blks_hit', 90, 90), ...both('pg_db_blks_access', 100, 100)],
    expected: [{ labels: ins(PG), value: 0.9 }],
  },
  {
    record: 'pg:cls:age',
    series: [series('pg_db_age', { ...PG, ...APP }, 2 ** 30), series('pg_db_age', { ...PG, ...SHOP }, 1000)],
    expected: [{ labels: cls(PG), value: 0.5 }],
  },
  {
    record: 'pg:ins:lag_bytes',
    series: [
      series('pg_up', PG, 1),
      series('pg_up', PG_2, 1),
      series('pg_repl_replay_diff', { ...PG, ...SENDER }, 4096),
      series('pg_repl_replay_diff', { ...PG, ...SENDER, appname: 'pg_basebackup', pid: '4712' }, 1e9),
    ],
    expected: [{ labels: ins(PG_2), value: 4096 }],
  },
  { record: 'pg:ins:load1', series: working, expected: [{ labels: ins(PG), value: 0.25 }] },
  {
    // A server outside the site: its processors are not known.
    record: 'pg:ins:load1',
    series: [series('pg_db_active_time', { ...PG, ...APP }, { rate: 0.5 })],
    expected: [{ labels: ins(PG), value: -1 }],
  },
  {
    record: 'cls:pressure1',
    series: working,
    expected: [{ labels: cls(PG), value: 0.6 }],
  },
  {
    record: 'pg:cls:partition',
    series: [PG, PG_2].flatMap((labels) => [
      series('pg_up', labels, 1),
      series('pg_in_recovery', labels, labels === PG ? 0 : 1),
    ]),
    expected: [{ labels: cls(PG), value: 1 }],
  },
  {
    record: 'pg:query:rt_1m',
    series: [
      series('pg_query_calls', { ...PG, ...APP, query: '1' }, { rate: 10 }),
      series('pg_query_exec_time', { ...PG, ...APP, query: '1' }, { rate: 0.2 }),
      series('pg_query_calls', { ...PG, ...APP, query: '2' }, { rate: 0 }),
      series('pg_query_exec_time', { ...PG, ...APP, query: '2' }, { rate: 0 }),
    ],
    expected: [{ labels: { ...PG, ...APP, query: '1' }, value: 0.02 }],
  },
  {
    record: 'pgbouncer:ins:query_rt_1m',
    series: [
      series('pgbouncer_stat_total_query_count', { ...POOL, ...APP }, { rate: 100 }),
      series('pgbouncer_stat_total_query_time', { ...POOL, ...APP }, { rate: 0.5 }),
      // Its administrators are not clients.
      series('pgbouncer_stat_total_query_count', { ...POOL, datname: 'pgbouncer' }, { rate: 100 }),
      series('pgbouncer_stat_total_query_time', { ...POOL, datname: 'pgbouncer' }, { rate: 0 }),
    ],
    expected: [{ labels: ins(POOL), value: 0.005 }],
  },
];

export const RECORDS: readonly RecordCase[] = [...NODE_RECORDS, ...PG_RECORDS];
