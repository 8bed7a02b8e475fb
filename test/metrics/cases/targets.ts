import type { Labels, Series, Value } from '../../support/rule-tests.ts';

/* The targets of a host with a member of pg-test and one of etcd, as the site of test/metrics/site.yml has them. */
const IP = '10.10.10.11';

function target(job: string, port: number, cls: string, ins: string, exporter: string, ip = IP): Labels {
  return { job, cls, ins, ip, instance: `${ip}:${port}`, exporter };
}

export const NODE = target('node', 9100, 'pg-test', 'pg-test-1', 'node');
export const HAPROXY = target('node', 9101, 'pg-test', 'pg-test-1', 'haproxy');
export const PG = target('pgsql', 9630, 'pg-test', 'pg-test-1', 'pg_exporter');
export const PG_2 = target('pgsql', 9630, 'pg-test', 'pg-test-2', 'pg_exporter', '10.10.10.12');
export const POOL = target('pgsql', 9631, 'pg-test', 'pg-test-1', 'pgbouncer_exporter');
export const PATRONI = target('pgsql', 8008, 'pg-test', 'pg-test-1', 'patroni');
export const BACKUP = target('pgsql', 9854, 'pg-test', 'pg-test-1', 'pgbackrest_exporter');
export const ETCD = target('etcd', 2379, 'etcd', 'etcd-1', 'etcd');
export const ETCD_2 = target('etcd', 2379, 'etcd', 'etcd-2', 'etcd', '10.10.10.12');
export const PROMETHEUS = target('infra', 9090, 'prometheus', 'prometheus-1', 'prometheus', '10.10.10.8');
export const ALERTMANAGER = target(
  'infra',
  9093,
  'alertmanager',
  'alertmanager-1',
  'alertmanager',
  '10.10.10.8',
);
export const NGINX = target('infra', 9113, 'nginx', 'nginx-1', 'nginx', '10.10.10.8');
export const PING = { ...NODE, job: 'ping', instance: IP, exporter: 'blackbox' };

/** The labels that aggregation by instance leaves. */
export function without(labels: Labels, ...names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

export function ins(labels: Labels): Labels {
  return without(labels, 'exporter');
}

export function cls({ job = '', cls: cluster = '' }: Labels): Labels {
  return { job, cls: cluster };
}

/** A series of a target: its value when all is well, and when it is not. */
export function series(name: string, labels: Labels, well: Value, bad: Value = well): Series {
  return { name, labels, well, bad };
}

/** A series of node exporter. */
export function node(name: string, well: Value, bad?: Value, labels: Labels = {}): Series {
  return series(name, { ...NODE, ...labels }, well, bad);
}

/** A series of the exporter of PostgreSQL; its name without `pg_`. */
export function pg(name: string, well: Value, bad?: Value, labels: Labels = {}): Series {
  return series(`pg_${name}`, { ...PG, ...labels }, well, bad);
}

/** A series of Patroni; its name without `patroni_`. */
export function patroni(name: string, well: Value, bad?: Value, labels = PATRONI): Series {
  const own = { scope: '/pg-test', name: labels.ins ?? '' };
  return series(`patroni_${name}`, { ...labels, ...own }, well, bad);
}
