-- Databases of the cluster. Statements change what differs, or have no effect.
\set QUIET on

-- database meta
SELECT 'CREATE DATABASE ' || quote_ident('meta') || ' OWNER "dbuser_meta"'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'meta') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, 'dbuser_meta')
FROM pg_database WHERE datname = 'meta' AND pg_get_userbyid(datdba) <> 'dbuser_meta' \gexec
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true CONNECTION LIMIT -1', datname)
FROM pg_database WHERE datname = 'meta'
  AND (datallowconn, datconnlimit) IS DISTINCT FROM (true, -1) \gexec
SELECT format('COMMENT ON DATABASE %I IS %L', datname, wanted)
FROM pg_database, (SELECT nullif('the main database', '') AS wanted) AS given
WHERE datname = 'meta' AND shobj_description(oid, 'pg_database') IS DISTINCT FROM wanted \gexec
REVOKE CREATE ON DATABASE "meta" FROM PUBLIC;
GRANT CONNECT ON DATABASE "meta" TO PUBLIC;
SELECT format('GRANT CREATE ON DATABASE %I TO %I', 'meta', rolname) FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec

-- database vault
SELECT 'CREATE DATABASE ' || quote_ident('vault') || ' OWNER "dbuser_meta"'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'vault') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, 'dbuser_meta')
FROM pg_database WHERE datname = 'vault' AND pg_get_userbyid(datdba) <> 'dbuser_meta' \gexec
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true CONNECTION LIMIT 20', datname)
FROM pg_database WHERE datname = 'vault'
  AND (datallowconn, datconnlimit) IS DISTINCT FROM (true, 20) \gexec
SELECT format('COMMENT ON DATABASE %I IS %L', datname, wanted)
FROM pg_database, (SELECT nullif('closed to others', '') AS wanted) AS given
WHERE datname = 'vault' AND shobj_description(oid, 'pg_database') IS DISTINCT FROM wanted \gexec
REVOKE CREATE ON DATABASE "vault" FROM PUBLIC;
REVOKE CONNECT ON DATABASE "vault" FROM PUBLIC;
GRANT CONNECT ON DATABASE "vault" TO "replicator";
GRANT CONNECT ON DATABASE "vault" TO "dbuser_monitor";
GRANT CONNECT ON DATABASE "vault" TO "dbuser_dba" WITH GRANT OPTION;
GRANT CONNECT ON DATABASE "vault" TO "dbuser_meta" WITH GRANT OPTION;
SELECT format('GRANT CREATE ON DATABASE %I TO %I', 'vault', rolname) FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
