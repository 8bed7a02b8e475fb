/** Undocumented variables of Pigsty's code: real inventories have them, and this product ignores them. */
export const undocumentedNames: readonly string[] = [
  'ca_create',
  'pg_uninstall',
  'redis_uninstall',
  'grafana_customize_logo',
  'redis_port',
  'mongo_seq',
  'mongo_pgurl',
  'mongo_ssl_enabled',
  'mongo_listen',
  'mongo_port',
  'mongo_ssl_port',
  'mongo_exporter_port',
  'mongo_extra_vars',
  'mysql_seq',
  'mysql_role',
];
