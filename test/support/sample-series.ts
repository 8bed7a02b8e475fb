type Labels = Readonly<Record<string, string>>;

const INSTANCES = [
  { cls: 'pg-meta', ins: 'pg-meta-1', ip: '10.10.10.10' },
  { cls: 'pg-test', ins: 'pg-test-1', ip: '10.10.10.11' },
  { cls: 'pg-test', ins: 'pg-test-2', ip: '10.10.10.12' },
  { cls: 'pg-test', ins: 'pg-test-3', ip: '10.10.10.13' },
].map((one) => ({ job: 'pgsql', ...one, instance: `${one.ip}:9630` }));

const NODES = [
  { cls: 'pg-meta', ins: 'meta', ip: '10.10.10.10' },
  { cls: 'pg-test', ins: 'node-1', ip: '10.10.10.11' },
  { cls: 'pg-test', ins: 'node-2', ip: '10.10.10.12' },
  { cls: 'pg-test', ins: 'node-3', ip: '10.10.10.13' },
].map((one) => ({ job: 'node', ...one, instance: `${one.ip}:9100` }));

const ETCD = ['10.10.10.10', '10.10.10.11', '10.10.10.12'].map((ip, index) => ({
  job: 'etcd',
  cls: 'etcd',
  ins: `etcd-${index + 1}`,
  ip,
  instance: `${ip}:2379`,
}));

const CENTRE = ['nginx', 'prometheus', 'alertmanager', 'pushgateway', 'blackbox', 'dnsmasq'].map((cls) => ({
  job: 'infra',
  cls,
  ins: `${cls}-1`,
  ip: '10.10.10.10',
  instance: `127.0.0.1:${cls}`,
}));

const CLUSTERS: readonly Labels[] = ['pg-meta', 'pg-test'].map((cls) => ({ job: 'pgsql', cls }));
const PRIMARIES = INSTANCES.filter(({ ins }) => ins.endsWith('-1'));

/** A name that means something in HTML, PromQL, regular expressions and addresses. */
export const HOSTILE = '<b title="x">&amp;\\ .*{a}$ 100%</b>';

/** Each series with each value of a label. */
function by(series: readonly Labels[], label: string, values: readonly string[]): readonly Labels[] {
  return series.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
}

const withDatabases = by(INSTANCES, 'datname', ['postgres', 'app']);
const tables = by(by(INSTANCES, 'datname', ['app']), 'relname', ['orders', 'customers', HOSTILE]);
const proxies = by(NODES, 'proxy', ['pg-test-primary', 'pg-test-replica']);
const backups = PRIMARIES.map((one) => ({ ...one, stanza: one.cls, repo_key: '1', backup_type: 'full' }));

/** The series of metrics, by the beginning of their names; the first that fits counts. */
const SERIES: readonly (readonly [RegExp, readonly Labels[]])[] = [
  [
    /^ALERTS$/,
    [
      {
        alertname: 'PostgresReplicationLag',
        alertstate: 'firing',
        severity: 'WARN',
        level: '1',
        category: 'pgsql',
        ...INSTANCES[2],
      },
    ],
  ],
  [/^(up|scrape_)/, [...INSTANCES, ...NODES, ...ETCD, ...CENTRE]],
  [/^process_/, [...ETCD, ...CENTRE]],
  [/^pg:cls:sender/, PRIMARIES],
  [
    /^pg:cls:receiver/,
    INSTANCES.slice(2).map((one) => ({ ...one, sender_host: '10.10.10.11', sender_port: '5432' })),
  ],
  [/^(pg:cls|cls:|pgbouncer:cls)/, CLUSTERS],
  [
    /^pgbouncer_pool_/,
    by(withDatabases, 'user', ['dbuser_app']).map((one) => ({ ...one, pool_mode: 'transaction' })),
  ],
  [/^pgbouncer(:db|_database|_stat)/, withDatabases],
  [/^pg_size_/, by(INSTANCES, 'datname', ['postgres', 'app', 'wal', 'log'])],
  [/^pg_activity_/, by(withDatabases, 'state', ['active', 'idle', 'idle in transaction'])],
  [/^pg_wait_/, by(withDatabases, 'event', ['Client', 'IO', 'Lock'])],
  [/^pg_lock_/, by(withDatabases, 'mode', ['AccessShareLock', 'RowExclusiveLock'])],
  [/^pg_backend_/, by(INSTANCES, 'type', ['client backend', 'walwriter', 'checkpointer'])],
  [/^(pg:db|pg_db_|pg_blocked)/, withDatabases],
  [/^pg_index_/, tables.map((one) => ({ ...one, idxname: `${one.relname}_pkey` }))],
  [/^(pg_table|pg:table)/, tables],
  [/^pg_(vacuuming|indexing|clustering)_/, tables.slice(0, 4).map((one) => ({ ...one, pid: '4711' }))],
  [/^pg_func_/, by(withDatabases, 'funcname', ['public.work'])],
  [/^pg_seq_/, by(withDatabases, 'seqname', ['orders_id_seq'])],
  [/^(pg_query|pg:query)/, by(withDatabases, 'query', ['-6180573041', '7731099441', '123456789'])],
  [
    /^pg_repl_/,
    ['2', '3'].map((n) => ({
      ...PRIMARIES[1],
      appname: `pg-test-${n}`,
      usename: 'replicator',
      address: `10.10.10.1${n}`,
      pid: `9${n}`,
    })),
  ],
  [
    /^pg_slot_/,
    PRIMARIES.flatMap((one) => [
      { ...one, slot_name: 'pg_test_2', slot_type: 'physical' },
      { ...one, slot_name: 'cdc', slot_type: 'logical', plugin: 'pgoutput', datname: 'app' },
    ]),
  ],
  [/^pg_downstream_/, by(PRIMARIES, 'state', ['streaming'])],
  [/^pg_sync_standby_/, by(INSTANCES, 'names', ['*'])],
  [/^pg_pubrel_/, by(by(PRIMARIES, 'datname', ['app']), 'pubname', ['orders'])],
  [
    /^pg_subrel_/,
    by(by(PRIMARIES, 'datname', ['app']), 'subname', ['orders']).map((one) => ({ ...one, state: 'r' })),
  ],
  [/^pg_backup_/, by(PRIMARIES, 'pid', ['5']).slice(0, 2)],
  [
    /^pg_io_/,
    by(by(INSTANCES, 'type', ['client backend', 'checkpointer']), 'object', ['relation']).map((one) => ({
      ...one,
      context: 'normal',
    })),
  ],
  [/^pg_slru_/, by(INSTANCES, 'name', ['transaction', 'multixact_member'])],
  [/^pgbackrest_(backup_last|backup_since|stanza|exporter)/, backups.map(({ repo_key: _, ...one }) => one)],
  [/^pgbackrest_backup_/, by(backups, 'backup_name', ['20260101-010000F', '20251225-010000F'])],
  [/^pgbackrest_/, backups],
  [
    /^node:fs:/,
    by(NODES, 'mountpoint', ['/', '/data']).map((one) => ({ ...one, device: '/dev/vda1', fstype: 'ext4' })),
  ],
  [/^node:dev:disk/, by(NODES, 'device', ['vda'])],
  [/^(node:dev:network|node_network)/, by(NODES, 'device', ['eth0', 'lo'])],
  [/^node:cpu:/, by(NODES, 'cpu', ['cpu0', 'cpu1'])],
  [/^node_cpu_/, by(by(NODES, 'cpu', ['0', '1']), 'mode', ['idle', 'user', 'system', 'iowait'])],
  [/^node_uname_/, by(NODES, 'release', ['6.12.48-amd64'])],
  [/^node:cls:/, CLUSTERS.map((one) => ({ ...one, job: 'node' }))],
  [/^pigsty_unit_/, by(NODES, 'unit', ['haproxy.service', 'chrony.service'])],
  [/^pigsty_certificate_/, by(NODES, 'name', ['node', 'patroni'])],
  [
    /^keepalived_vrrp/,
    NODES.slice(1, 3).map((one) => ({ ...one, iname: 'pg-test', ip_address: '10.10.10.3' })),
  ],
  [/^pigsty_vip_/, NODES.slice(1).map((one) => ({ ...one, vip: '10.10.10.2', cluster: 'pg-test' }))],
  [
    /^pigsty_agent_info/,
    by(NODES, 'generation', ['7']).map((one) => ({
      ...one,
      digest: 'sha256:4f2a9c61b0de',
      version: '0.1.0',
    })),
  ],
  [/^(node|pigsty_agent|chrony)/, NODES],
  [/^haproxy_server_/, by(by(proxies, 'server', ['pg-test-1', 'pg-test-2', 'pg-test-3']), 'state', ['UP'])],
  [/^(haproxy_backend_|haproxy:ins:service)/, proxies],
  [/^haproxy/, NODES.map((one) => ({ ...one, instance: `${one.ip}:9101` }))],
  [/^etcd:ins:network/, by(ETCD, 'To', ['peer'])],
  [/^etcd/, ETCD],
  [
    /^probe_/,
    [
      ...NODES.map((one) => ({ ...one, job: 'ping', instance: one.ip })),
      { ...NODES[0], job: 'dns', instance: '10.10.10.10' },
      { ...NODES[1], job: 'pgsql-vip', vip: '10.10.10.3', instance: '10.10.10.3' },
    ],
  ],
  [
    /^alertmanager_(notifications|alerts)/,
    by(by(CENTRE.slice(2, 3), 'integration', ['webhook']), 'state', ['active']),
  ],
  [/^alertmanager_/, CENTRE.slice(2, 3)],
  [/^prometheus_rule_group/, by(CENTRE.slice(1, 2), 'rule_group', ['pgsql', 'node'])],
  [/^prometheus_notifications/, by(CENTRE.slice(1, 2), 'alertmanager', ['127.0.0.1:9093'])],
  [/^(prometheus|nginx|dnsmasq)_/, CENTRE.slice(1, 2)],
  [/^infra_up$/, CENTRE],
  [/^(pg|ins:|patroni)/, INSTANCES],
];

/** The label sets that a metric has in the sample site. Throws if the site knows nothing like it. */
export function seriesOf(name: string): readonly Labels[] {
  const found = SERIES.find(([pattern]) => pattern.test(name))?.[1];
  if (found === undefined) throw new Error(`sample-series.ts has no series for ${name}`);
  return found;
}
