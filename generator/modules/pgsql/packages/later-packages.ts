/**
 * Extensions that Pigsty 3 and 4 can install and no release of Debian has, by their names there (its package aliases).
 * A name that is missing here is taken for a mistyped one.
 */
export const LATER_EXTENSIONS: readonly string[] =
  `acl aggs_for_arrays aggs_for_vecs ai_query aws_s3 base36 base62 biscuit block_copy_command
   bzip chkpass clickhouse collection column_encrypt convert cryptint data_historization datasketches db2_fdw
   db2fce db_migrator ddl_historization ddsketch decoder_raw documentdb emaj enigma etcd_fdw eviltransform
   external_file firebird_fdw floatfile floatvec fsm_core geoip hashtypes hunspell_cs_cz hunspell_de_de
   hunspell_en_us hunspell_fr hunspell_ne_np hunspell_nl_nl hunspell_nn_no hunspell_ru_ru hunspell_ru_ru_aot
   index_advisor informix_fdw jdbc_fdw jsonschema kafka_fdw log_fdw logical_ddl login_hook lower_quantile
   md5hash multicorn nominatim_fdw noset odbc_fdw omnigres omnisketch onesparse oracle_fdw pagevis parray_gin
   passwordpolicy permuteseq pg4ml pg_accumulator pg_anon pg_arraymath pg_auditor pg_base58 pg_bestmatch
   pg_bikram_sambat pg_bulkload pg_byteamagic pg_cardano pg_cheat_funcs pg_command_fw pg_cooldown pg_country
   pg_crash pg_csv pg_curl pg_currency pg_datasentinel pg_dbms_errlog pg_dbms_job pg_dbms_lock pg_dbms_metadata
   pg_dispatch pg_drop_events pg_ducklake pg_durable pg_duration pg_ecdsa pg_emailaddr pg_envvar pg_explain_ui
   pg_extra_time pg_financial pg_fio pg_fsql pg_geohash pg_hashids pg_hashlib pg_html5_email_address pg_idkit
   pg_incremental pg_isok pg_jsonschema pg_kazsearch pg_later pg_liquid pg_math pg_meta pg_mockable pg_mooncake
   pg_orca pg_orphaned pg_parquet pg_pathcheck pg_plan_filter pg_polyline pg_profile pg_projection pg_protobuf
   pg_pwhash pg_query_rewrite pg_readme pg_redis_pubsub pg_regresql pg_relusage pg_render pg_rewrite pg_savior
   pg_schedoc pg_session_jwt pg_slug_gen pg_smtp_client pg_sorted_heap pg_sqlog pg_stat_backtrace pg_stat_ch
   pg_stat_plans pg_stl pg_store_plans pg_strict pg_summarize pg_task pg_tde pg_text_semver pg_tiktoken
   pg_timeseries pg_tokenizer pg_tracing pg_track_optimizer pg_trickle pg_uint128 pg_upless pg_uri pg_uuid_v8
   pg_variables pg_vectorize pg_when pg_xenophile pg_xxhash pgactive pgbson pgcalendar pgclone pgcozy
   pgdd pgdisablelogerror pgelog pggraph pghydro pgjq pglinter pglite_fusion pglock pgmb pgmeminfo pgmnemo pgmq
   pgmqtt pgpdf pgpool pgproto pgqr pgroonga pgsentinel pgsmcrypto pgsparql pgspider_ext pguint pgvectorscale
   pgx_ulid pgxicor pinyin pljs plpgsql_wrap plprql plv8 plxslt provsql psql_bm25s qos quantile random rdf_fdw
   re2 redis_fdw retry sequential_uuids session_variable shacrypt smlar spat sslutils stat_log
   storage_engine supautils system_stats table_version temporal_tables textsearch timescaledb_toolkit ttl_index
   typeid tzf ulak url_encode utl_smtp vasco vchord vchord_bm25 wal2mongo weighted_statistics wrappers zstd
   pg_noset pg_vault pg_ddlx pg_enigma pg_base36 pg_base62 pg_qos`.split(/\s+/);

/** Its aliases for groups of extensions, `pgsql-gis` or `pg17-gis`. */
export const EXTENSION_GROUPS: readonly string[] =
  'time gis rag fts olap feat lang type util func admin stat sec fdw sim etl'
    .split(' ')
    .map((group) => `pgsql_${group}`);
