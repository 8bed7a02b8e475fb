/**
 * Variables of Pigsty 3 and 4 that version 2.6 does not have (docs/later-versions.md). Either another name of a parameter,
 * or without effect here; `why` completes the notice. Their values are not checked.
 */
type LaterName = { readonly names: string } & (
  | { readonly is: string; readonly why?: undefined }
  | { readonly is?: undefined; readonly why: string }
);

const INFRA = 'that part of module INFRA is not built yet';
const MONITORED = 'monitoring is not built yet';
const MINIO = 'module MINIO is not built yet';
const DOCKER = 'module DOCKER is not built yet';
const REDIS = 'module REDIS is not built yet';

// biome-ignore format: a table, one subject per row
export const laterNames: readonly LaterName[] = [
  { names: 'pg_fs_backup', is: 'pg_fs_bkup' },
  { names: 'pg_primary_db', is: 'patroni_citus_db' },
  { names: 'redis_rm_data', is: 'redis_rmdata' },
  { names: 'nginx_data', is: 'nginx_home' },
  { names: 'vmetrics_enabled', is: 'prometheus_enabled' },
  { names: 'vmetrics_clean', is: 'prometheus_clean' },
  { names: 'vmetrics_scrape_interval', is: 'prometheus_scrape_interval' },
  { names: 'vmetrics_scrape_timeout', is: 'prometheus_scrape_timeout' },
  { names: 'vlogs_enabled', is: 'loki_enabled' },
  { names: 'vlogs_clean', is: 'loki_clean' },
  { names: 'vector_enabled', is: 'promtail_enabled' },
  { names: 'vector_clean', is: 'promtail_clean' },

  { names: 'language infra_data infra_services infra_extra_services repo_extra_packages', why: INFRA },
  { names: 'certbot_sign certbot_email certbot_options', why: INFRA },
  { names: 'nginx_clean nginx_cert_validity', why: INFRA },
  { names: 'grafana_pgurl grafana_view_password grafana_auth_proxy', why: INFRA },
  { names: 'vmetrics_port vmetrics_options vmalert_enabled vmalert_port vmalert_options', why: INFRA },
  { names: 'vlogs_options vtraces_enabled vtraces_clean vtraces_port vtraces_options', why: INFRA },
  { names: 'vector_data vector_port vector_read_from vector_log_endpoint', why: MONITORED },
  { names: 'minio_endpoint minio_https minio_type minio_provision minio_safeguard minio_rm_data minio_rm_pkg', why: MINIO },
  { names: 'docker_data docker_storage_driver docker_image docker_exporter_port app apps', why: DOCKER },
  { names: 'redis_type redis_rm_pkg', why: REDIS },

  { names: 'etcd_root_password pg_etcd_password', why: "etcd's users need none in the inventory: root connects with a certificate, and the passwords of clusters are generated" },
  { names: 'etcd_learner etcd_rm_data etcd_rm_pkg pg_rm_data pg_rm_backup pg_rm_pkg', why: 'nothing is installed or deleted in place' },
  { names: 'pg_rto_plan', why: 'all timeouts follow from pg_rto' },
  { names: 'pg_io_method', why: 'with PostgreSQL 18, set `pg_parameters: { io_method: … }`; 17 has no such parameter' },
  { names: 'pg_files', why: 'images are not changed in place' },
  { names: 'pgbackrest_init_backup', why: 'the first backup is always made' },
  { names: 'vip_auth_pass', why: 'VRRP has no passwords in its version 3 (RFC 5798)' },
  { names: 'node_selinux_mode node_pip_packages node_uv_env node_aliases node_admin_sudo', why: 'the node keeps the settings of its system' },
  { names: 'node_write_etc_hosts', why: '/etc/hosts is always written' },
  { names: 'kafka_cluster kafka_seq kafka_data juice_instances code_home jupyter_enabled', why: 'their modules are not planned' },
];

const entries = laterNames.flatMap(({ names, is, why }) =>
  names.split(' ').map((name) => ({ name, is, why })),
);

/** Other names of parameters of 2.6. */
export const laterAliases: readonly (readonly [string, string])[] = entries.flatMap(({ name, is }) =>
  is === undefined ? [] : [[name, is] as const],
);

/** Names without effect, and why. */
export const laterWithoutEffect: ReadonlyMap<string, string> = new Map(
  entries.flatMap(({ name, why }) => (why === undefined ? [] : [[name, why] as const])),
);
