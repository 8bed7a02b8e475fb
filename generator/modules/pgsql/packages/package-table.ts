import { EXTENSION_GROUPS, LATER_EXTENSIONS } from './later-packages.ts';

/**
 * The software for a name in `pg_packages`, `pg_extensions`, `pg_libs` or a database's extensions, one row each.
 * `names` are its names in CREATE EXTENSION, in Pigsty's aliases and in PGDG's RPMs; without versions, with `_` for `-`.
 * The name of the Debian package, complete or without `postgresql-%v-`, is also accepted.
 *
 * The other column is its source: a package of the family (`%v` is the major version), which a release may not have or
 * may have under another name (generator/distributions), the image that always has it, or a part of the product that is
 * not built yet. Without a source, no release has a package.
 */
export type PackageRow = {
  readonly names: string;
  readonly debian?: string;
  readonly image?: 'postgres' | 'pgbouncer' | 'vip-manager';
  readonly isPending?: true;
  /** CREATE EXTENSION fails unless `pg_libs` has it. */
  readonly isPreloaded?: true;
};

// biome-ignore format: a table, one piece of software per row
export const PACKAGES: readonly PackageRow[] = [
  // Part of every image.
  { names: 'postgresql postgresql_server postgresql_client postgresql_contrib postgresql_libs server client contrib libs pgsql pgsql_main pgsql_core pgsql_mini pgsql_full pgsql_basic pgsql_client pgsql_server pgsql_devel pgsql_common', image: 'postgres' },
  { names: 'patroni patroni_etcd', image: 'postgres' },
  { names: 'pgbackrest', image: 'postgres' },
  { names: 'pgbouncer', image: 'pgbouncer' },
  { names: 'vip_manager vip_manager2', image: 'vip-manager' },

  // Of no use to a running member: headers, manuals, PostgreSQL's own tests.
  { names: 'devel server_dev postgresql_devel postgresql_server_dev docs doc postgresql_docs postgresql_doc test postgresql_test', image: 'postgres' },

  { names: 'pg_exporter pgbouncer_exporter', isPending: true },
  { names: 'pgbadger pg_activity pgcli', isPending: true },

  // JIT and procedural languages.
  { names: 'llvmjit jit_llvm', debian: 'postgresql-%v-jit' },
  { names: 'plperl plperlu', debian: 'postgresql-plperl-%v' },
  { names: 'plpython3 plpython3u', debian: 'postgresql-plpython3-%v' },
  { names: 'pltcl pltclu', debian: 'postgresql-pltcl-%v' },
  { names: 'pllua plluau', debian: 'postgresql-%v-pllua' },
  { names: 'plr', debian: 'postgresql-%v-plr' },
  { names: 'plsh', debian: 'postgresql-%v-plsh' },
  { names: 'plproxy', debian: 'postgresql-%v-plproxy' },
  { names: 'plprofiler', debian: 'postgresql-%v-plprofiler' },
  { names: 'plpgsql_check', debian: 'postgresql-%v-plpgsql-check' },
  { names: 'pldebugger pldbgapi plugin_debugger', debian: 'postgresql-%v-pldebugger' },
  { names: 'omnidb_plpgsql_debugger', debian: 'postgresql-%v-omnidb' },

  // Data types and indexes.
  { names: 'vector pgvector', debian: 'postgresql-%v-pgvector' },
  { names: 'postgis postgis3 postgis33 postgis34 postgis35 postgis_topology postgis_raster postgis_sfcgal postgis_tiger_geocoder address_standardizer address_standardizer_data_us', debian: 'postgresql-%v-postgis-3' },
  { names: 'postgis_scripts', debian: 'postgresql-%v-postgis-3-scripts' },
  { names: 'pgrouting', debian: 'postgresql-%v-pgrouting' },
  { names: 'pointcloud pointcloud_postgis', debian: 'postgresql-%v-pointcloud' },
  { names: 'mobilitydb', debian: 'postgresql-%v-mobilitydb' },
  { names: 'h3 h3_pg h3_postgis', debian: 'postgresql-%v-h3' },
  { names: 'q3c', debian: 'postgresql-%v-q3c' },
  { names: 'pg_sphere pgsphere', debian: 'postgresql-%v-pgsphere' },
  { names: 'timescaledb timescaledb_tsl', debian: 'postgresql-%v-timescaledb', isPreloaded: true },
  { names: 'age apache_age', debian: 'postgresql-%v-age' },
  { names: 'rdkit', debian: 'postgresql-%v-rdkit' },
  { names: 'rum', debian: 'postgresql-%v-rum' },
  { names: 'hll postgresql_hll', debian: 'postgresql-%v-hll' },
  { names: 'tdigest', debian: 'postgresql-%v-tdigest' },
  { names: 'roaringbitmap pg_roaringbitmap', debian: 'postgresql-%v-roaringbitmap' },
  { names: 'pgfaceting faceting', debian: 'postgresql-%v-pgfaceting' },
  { names: 'ip4r', debian: 'postgresql-%v-ip4r' },
  { names: 'jsquery', debian: 'postgresql-%v-jsquery' },
  { names: 'semver', debian: 'postgresql-%v-semver' },
  { names: 'debversion', debian: 'postgresql-%v-debversion' },
  { names: 'prefix', debian: 'postgresql-%v-prefix' },
  { names: 'pg_similarity', debian: 'postgresql-%v-similarity' },
  { names: 'unit postgresql_unit', debian: 'postgresql-%v-unit' },
  { names: 'numeral', debian: 'postgresql-%v-numeral' },
  { names: 'pg_rational', debian: 'postgresql-%v-rational' },
  { names: 'pgmp', debian: 'postgresql-%v-pgmp' },
  { names: 'asn1oid', debian: 'postgresql-%v-asn1oid' },
  { names: 'icu_ext', debian: 'postgresql-%v-icu-ext' },
  { names: 'pgpcre', debian: 'postgresql-%v-pgpcre' },
  { names: 'pg_rrule', debian: 'postgresql-%v-pg-rrule' },
  { names: 'periods', debian: 'postgresql-%v-periods' },
  { names: 'pgtt', debian: 'postgresql-%v-pgtt' },
  { names: 'extra_window_functions', debian: 'postgresql-%v-extra-window-functions' },
  { names: 'first_last_agg', debian: 'postgresql-%v-first-last-agg' },
  { names: 'orafce', debian: 'postgresql-%v-orafce' },

  // Other sources of data.
  { names: 'http pgsql_http', debian: 'postgresql-%v-http' },
  { names: 'mysql_fdw', debian: 'postgresql-%v-mysql-fdw' },
  { names: 'ogr_fdw', debian: 'postgresql-%v-ogr-fdw' },
  { names: 'tds_fdw', debian: 'postgresql-%v-tds-fdw' },
  { names: 'pgmemcache', debian: 'postgresql-%v-pgmemcache' },

  // Replication and queues.
  { names: 'wal2json', debian: 'postgresql-%v-wal2json' },
  { names: 'decoderbufs', debian: 'postgresql-%v-decoderbufs' },
  { names: 'pglogical', debian: 'postgresql-%v-pglogical', isPreloaded: true },
  { names: 'pglogical_ticker', debian: 'postgresql-%v-pglogical-ticker' },
  { names: 'pgl_ddl_deploy', debian: 'postgresql-%v-pgl-ddl-deploy' },
  { names: 'pg_fact_loader', debian: 'postgresql-%v-pg-fact-loader' },
  { names: 'pg_failover_slots', debian: 'postgresql-%v-pg-failover-slots' },
  { names: 'pgq pgq3', debian: 'postgresql-%v-pgq3' },
  { names: 'pgq_node', debian: 'postgresql-%v-pgq-node' },
  { names: 'londiste', debian: 'postgresql-%v-londiste-sql' },
  { names: 'mimeo', debian: 'postgresql-%v-mimeo' },
  { names: 'slony1 slony1_funcs', debian: 'postgresql-%v-slony1-2' },

  // Care of a database.
  { names: 'pg_repack', debian: 'postgresql-%v-repack' },
  { names: 'pg_squeeze', debian: 'postgresql-%v-squeeze' },
  { names: 'pg_cron', debian: 'postgresql-%v-cron', isPreloaded: true },
  { names: 'pg_partman pg_partman_bgw', debian: 'postgresql-%v-partman' },
  { names: 'hypopg', debian: 'postgresql-%v-hypopg' },
  { names: 'pg_hint_plan', debian: 'postgresql-%v-pg-hint-plan' },
  { names: 'pg_show_plans', debian: 'postgresql-%v-show-plans' },
  { names: 'pg_qualstats', debian: 'postgresql-%v-pg-qualstats' },
  { names: 'pg_stat_kcache', debian: 'postgresql-%v-pg-stat-kcache' },
  { names: 'pg_track_settings', debian: 'postgresql-%v-pg-track-settings' },
  { names: 'pg_wait_sampling', debian: 'postgresql-%v-pg-wait-sampling' },
  { names: 'powa', debian: 'postgresql-%v-powa' },
  { names: 'pg_statviz', debian: 'postgresql-%v-statviz' },
  { names: 'pgnodemx', debian: 'postgresql-%v-pgnodemx' },
  { names: 'bgw_replstatus', debian: 'postgresql-%v-bgw-replstatus' },
  { names: 'pgfincore', debian: 'postgresql-%v-pgfincore' },
  { names: 'pre_prepare', debian: 'postgresql-%v-preprepare' },
  { names: 'pg_prioritize', debian: 'postgresql-%v-prioritize' },
  { names: 'toastinfo', debian: 'postgresql-%v-toastinfo' },
  { names: 'pg_dirtyread', debian: 'postgresql-%v-dirtyread' },
  { names: 'pg_catcheck', debian: 'postgresql-%v-pg-catcheck' },
  { names: 'pg_checksums', debian: 'postgresql-%v-pg-checksums' },
  { names: 'table_log', debian: 'postgresql-%v-tablelog' },
  { names: 'pgtap', debian: 'postgresql-%v-pgtap' },
  { names: 'pgaudit', debian: 'postgresql-%v-pgaudit', isPreloaded: true },
  { names: 'pgauditlogtofile', debian: 'postgresql-%v-pgauditlogtofile' },
  { names: 'set_user', debian: 'postgresql-%v-set-user' },
  { names: 'credcheck', debian: 'postgresql-%v-credcheck' },
  { names: 'pgextwlist', debian: 'postgresql-%v-pgextwlist' },
  { names: 'pg_permissions', debian: 'postgresql-%v-pg-permissions' },
  { names: 'pg_snakeoil', debian: 'postgresql-%v-snakeoil' },

  { names: 'mongo_fdw', debian: 'postgresql-%v-mongo-fdw' },
  { names: 'pg_background', debian: 'postgresql-%v-pg-background' },
  { names: 'pg_ivm', debian: 'postgresql-%v-pg-ivm' },
  { names: 'pg_uuidv7', debian: 'postgresql-%v-pg-uuidv7' },
  { names: 'timestamp9', debian: 'postgresql-%v-timestamp9' },

  // What Pigsty 2.6 names beyond that.
  ...`apache_datasketches citus columnar count_distinct ddlx duckdb_fdw e_maj hdfs_fdw hydra imgsmlr logerrors
      passwordcheck_cracklib pg_analytics pg_auth_mon pg_bigm pg_bm25 pg_comparator pg_duckdb pg_fkpart
      pg_graphql pg_jobmon pg_net pg_readonly pg_search pg_sparse svector pg_stat_monitor pg_statement_rollback
      pg_tle pg_top pgbouncer_fdw pgcryptokey pgexportdoc pgimportdoc pgjwt pgml pgsodium pgsql_gzip gzip
      pgsql_tweaks safeupdate sqlite_fdw topn zhparser zombodb`.split(/\s+/).map((names) => ({ names })),
  { names: 'vault supabase_vault' },
  ...[...LATER_EXTENSIONS, ...EXTENSION_GROUPS].map((names) => ({ names })),
];

/** Extensions of the server's own package: PostgreSQL's contrib modules (manual, appendix F) and its own language. */
export const CONTRIB: ReadonlySet<string> = new Set(
  `amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance file_fdw
   fuzzystrmatch hstore insert_username intagg intarray isn lo ltree moddatetime pageinspect pg_buffercache
   pg_freespacemap pg_prewarm pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks
   pgstattuple plpgsql postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp
   xml2`.split(/\s+/),
);

/** Libraries of the server's own package that only `pg_libs` names (manual, appendix F). */
export const CONTRIB_LIBRARIES: ReadonlySet<string> = new Set(
  `auth_delay auto_explain basebackup_to_shell basic_archive passwordcheck pg_overexplain sepgsql`.split(
    /\s+/,
  ),
);
