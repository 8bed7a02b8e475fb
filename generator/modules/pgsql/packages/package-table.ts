/**
 * What a name in `pg_packages`, `pg_extensions`, `pg_libs` or a database's extensions stands for, one row a piece of
 * software. `names` are what it is called: by CREATE EXTENSION, in Pigsty's aliases, in PGDG's RPMs; without versions,
 * with `_` for `-`. The Debian package's own name, whole or without `postgresql-%v-`, counts too.
 *
 * The other column says where it comes from: a package of the platform (`%v` is the major version), the image that has
 * it anyway, or a part of the product that is not built yet. Without one, the platform has no package of it.
 */
export type PackageRow = {
  readonly names: string;
  readonly debian13?: string;
  readonly image?: 'postgres' | 'pgbouncer' | 'vip-manager';
  readonly isPending?: true;
  /** CREATE EXTENSION fails unless `pg_libs` has it. */
  readonly isPreloaded?: true;
};

// biome-ignore format: a table, one piece of software per row
export const PACKAGES: readonly PackageRow[] = [
  // Part of every image.
  { names: 'postgresql postgresql_server postgresql_client postgresql_contrib postgresql_libs server client contrib libs pgsql_main pgsql_core pgsql_mini', image: 'postgres' },
  { names: 'patroni patroni_etcd', image: 'postgres' },
  { names: 'pgbackrest', image: 'postgres' },
  { names: 'pgbouncer', image: 'pgbouncer' },
  { names: 'vip_manager vip_manager2', image: 'vip-manager' },

  // Of no use to a running member: headers, manuals, PostgreSQL's own tests.
  { names: 'devel server_dev postgresql_devel postgresql_server_dev docs doc postgresql_docs postgresql_doc test postgresql_test', image: 'postgres' },

  { names: 'pg_exporter pgbouncer_exporter', isPending: true },
  { names: 'pgbadger pg_activity pgcli', isPending: true },

  // The compiler of expressions, and languages.
  { names: 'llvmjit jit_llvm', debian13: 'libllvm19' },
  { names: 'plperl plperlu', debian13: 'postgresql-plperl-%v' },
  { names: 'plpython3 plpython3u', debian13: 'postgresql-plpython3-%v' },
  { names: 'pltcl pltclu', debian13: 'postgresql-pltcl-%v' },
  { names: 'pllua plluau', debian13: 'postgresql-%v-pllua' },
  { names: 'plr', debian13: 'postgresql-%v-plr' },
  { names: 'plsh', debian13: 'postgresql-%v-plsh' },
  { names: 'plproxy', debian13: 'postgresql-%v-plproxy' },
  { names: 'plprofiler', debian13: 'postgresql-%v-plprofiler' },
  { names: 'plpgsql_check', debian13: 'postgresql-%v-plpgsql-check' },
  { names: 'pldebugger pldbgapi plugin_debugger', debian13: 'postgresql-%v-pldebugger' },
  { names: 'omnidb_plpgsql_debugger', debian13: 'postgresql-%v-omnidb' },

  // Kinds of data, and how to search them.
  { names: 'vector pgvector', debian13: 'postgresql-%v-pgvector' },
  { names: 'postgis postgis3 postgis33 postgis34 postgis35 postgis_topology postgis_raster postgis_sfcgal postgis_tiger_geocoder address_standardizer address_standardizer_data_us', debian13: 'postgresql-%v-postgis-3' },
  { names: 'postgis_scripts', debian13: 'postgresql-%v-postgis-3-scripts' },
  { names: 'pgrouting', debian13: 'postgresql-%v-pgrouting' },
  { names: 'pointcloud pointcloud_postgis', debian13: 'postgresql-%v-pointcloud' },
  { names: 'mobilitydb', debian13: 'postgresql-%v-mobilitydb' },
  { names: 'h3 h3_pg h3_postgis', debian13: 'postgresql-%v-h3' },
  { names: 'q3c', debian13: 'postgresql-%v-q3c' },
  { names: 'pg_sphere pgsphere', debian13: 'postgresql-%v-pgsphere' },
  { names: 'timescaledb', debian13: 'postgresql-%v-timescaledb', isPreloaded: true },
  { names: 'age apache_age', debian13: 'postgresql-%v-age' },
  { names: 'rdkit', debian13: 'postgresql-%v-rdkit' },
  { names: 'rum', debian13: 'postgresql-%v-rum' },
  { names: 'hll postgresql_hll', debian13: 'postgresql-%v-hll' },
  { names: 'tdigest', debian13: 'postgresql-%v-tdigest' },
  { names: 'roaringbitmap pg_roaringbitmap', debian13: 'postgresql-%v-roaringbitmap' },
  { names: 'pgfaceting faceting', debian13: 'postgresql-%v-pgfaceting' },
  { names: 'ip4r', debian13: 'postgresql-%v-ip4r' },
  { names: 'jsquery', debian13: 'postgresql-%v-jsquery' },
  { names: 'semver', debian13: 'postgresql-%v-semver' },
  { names: 'debversion', debian13: 'postgresql-%v-debversion' },
  { names: 'prefix', debian13: 'postgresql-%v-prefix' },
  { names: 'pg_similarity', debian13: 'postgresql-%v-similarity' },
  { names: 'unit postgresql_unit', debian13: 'postgresql-%v-unit' },
  { names: 'numeral', debian13: 'postgresql-%v-numeral' },
  { names: 'pg_rational', debian13: 'postgresql-%v-rational' },
  { names: 'pgmp', debian13: 'postgresql-%v-pgmp' },
  { names: 'asn1oid', debian13: 'postgresql-%v-asn1oid' },
  { names: 'icu_ext', debian13: 'postgresql-%v-icu-ext' },
  { names: 'pgpcre', debian13: 'postgresql-%v-pgpcre' },
  { names: 'pg_rrule', debian13: 'postgresql-%v-pg-rrule' },
  { names: 'periods', debian13: 'postgresql-%v-periods' },
  { names: 'pgtt', debian13: 'postgresql-%v-pgtt' },
  { names: 'extra_window_functions', debian13: 'postgresql-%v-extra-window-functions' },
  { names: 'first_last_agg', debian13: 'postgresql-%v-first-last-agg' },
  { names: 'orafce', debian13: 'postgresql-%v-orafce' },

  // Other sources of data.
  { names: 'http pgsql_http', debian13: 'postgresql-%v-http' },
  { names: 'mysql_fdw', debian13: 'postgresql-%v-mysql-fdw' },
  { names: 'ogr_fdw', debian13: 'postgresql-%v-ogr-fdw' },
  { names: 'tds_fdw', debian13: 'postgresql-%v-tds-fdw' },
  { names: 'pgmemcache', debian13: 'postgresql-%v-pgmemcache' },

  // Replication and queues.
  { names: 'wal2json', debian13: 'postgresql-%v-wal2json' },
  { names: 'decoderbufs', debian13: 'postgresql-%v-decoderbufs' },
  { names: 'pglogical', debian13: 'postgresql-%v-pglogical', isPreloaded: true },
  { names: 'pglogical_ticker', debian13: 'postgresql-%v-pglogical-ticker' },
  { names: 'pgl_ddl_deploy', debian13: 'postgresql-%v-pgl-ddl-deploy' },
  { names: 'pg_fact_loader', debian13: 'postgresql-%v-pg-fact-loader' },
  { names: 'pg_failover_slots', debian13: 'postgresql-%v-pg-failover-slots' },
  { names: 'pgq pgq3', debian13: 'postgresql-%v-pgq3' },
  { names: 'pgq_node', debian13: 'postgresql-%v-pgq-node' },
  { names: 'londiste', debian13: 'postgresql-%v-londiste-sql' },
  { names: 'mimeo', debian13: 'postgresql-%v-mimeo' },
  { names: 'slony1 slony1_funcs', debian13: 'postgresql-%v-slony1-2' },

  // Care of a database.
  { names: 'pg_repack', debian13: 'postgresql-%v-repack' },
  { names: 'pg_squeeze', debian13: 'postgresql-%v-squeeze' },
  { names: 'pg_cron', debian13: 'postgresql-%v-cron', isPreloaded: true },
  { names: 'pg_partman pg_partman_bgw', debian13: 'postgresql-%v-partman' },
  { names: 'hypopg', debian13: 'postgresql-%v-hypopg' },
  { names: 'pg_hint_plan', debian13: 'postgresql-%v-pg-hint-plan' },
  { names: 'pg_show_plans', debian13: 'postgresql-%v-show-plans' },
  { names: 'pg_qualstats', debian13: 'postgresql-%v-pg-qualstats' },
  { names: 'pg_stat_kcache', debian13: 'postgresql-%v-pg-stat-kcache' },
  { names: 'pg_track_settings', debian13: 'postgresql-%v-pg-track-settings' },
  { names: 'pg_wait_sampling', debian13: 'postgresql-%v-pg-wait-sampling' },
  { names: 'powa', debian13: 'postgresql-%v-powa' },
  { names: 'pg_statviz', debian13: 'postgresql-%v-statviz' },
  { names: 'pgnodemx', debian13: 'postgresql-%v-pgnodemx' },
  { names: 'bgw_replstatus', debian13: 'postgresql-%v-bgw-replstatus' },
  { names: 'pgfincore', debian13: 'postgresql-%v-pgfincore' },
  { names: 'pre_prepare', debian13: 'postgresql-%v-preprepare' },
  { names: 'pg_prioritize', debian13: 'postgresql-%v-prioritize' },
  { names: 'toastinfo', debian13: 'postgresql-%v-toastinfo' },
  { names: 'pg_dirtyread', debian13: 'postgresql-%v-dirtyread' },
  { names: 'pg_catcheck', debian13: 'postgresql-%v-pg-catcheck' },
  { names: 'pg_checksums', debian13: 'postgresql-%v-pg-checksums' },
  { names: 'table_log', debian13: 'postgresql-%v-tablelog' },
  { names: 'pgtap', debian13: 'postgresql-%v-pgtap' },
  { names: 'pgaudit', debian13: 'postgresql-%v-pgaudit', isPreloaded: true },
  { names: 'pgauditlogtofile', debian13: 'postgresql-%v-pgauditlogtofile' },
  { names: 'set_user', debian13: 'postgresql-%v-set-user' },
  { names: 'credcheck', debian13: 'postgresql-%v-credcheck' },
  { names: 'pgextwlist', debian13: 'postgresql-%v-pgextwlist' },
  { names: 'pg_permissions', debian13: 'postgresql-%v-pg-permissions' },
  { names: 'pg_snakeoil', debian13: 'postgresql-%v-snakeoil' },

  // What Pigsty 2.6 names beyond that.
  ...`apache_datasketches citus columnar count_distinct ddlx duckdb_fdw e_maj hdfs_fdw hydra imgsmlr logerrors mongo_fdw
      passwordcheck_cracklib pg_analytics pg_auth_mon pg_background pg_bigm pg_bm25 pg_comparator pg_duckdb pg_fkpart
      pg_graphql pg_ivm pg_jobmon pg_net pg_readonly pg_search pg_sparse svector pg_stat_monitor pg_statement_rollback
      pg_tle pg_top pg_uuidv7 pgbouncer_fdw pgcryptokey pgexportdoc pgimportdoc pgjwt pgml pgsodium pgsql_gzip gzip
      pgsql_tweaks safeupdate sqlite_fdw timestamp9 topn zhparser zombodb`.split(/\s+/).map((names) => ({ names })),
  { names: 'vault supabase_vault' },
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
