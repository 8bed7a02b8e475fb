-- Databases of the cluster. Statements change what differs, or have no effect.
\set QUIET on

-- database test
SELECT 'CREATE DATABASE ' || quote_ident('test') || ' OWNER "test"'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'test') \gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, 'test')
FROM pg_database WHERE datname = 'test' AND pg_get_userbyid(datdba) <> 'test' \gexec
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true CONNECTION LIMIT -1', datname)
FROM pg_database WHERE datname = 'test'
  AND (datallowconn, datconnlimit) IS DISTINCT FROM (true, -1) \gexec
SELECT format('COMMENT ON DATABASE %I IS %L', datname, wanted)
FROM pg_database, (SELECT nullif('the main database', '') AS wanted) AS given
WHERE datname = 'test' AND shobj_description(oid, 'pg_database') IS DISTINCT FROM wanted \gexec
REVOKE CREATE ON DATABASE "test" FROM PUBLIC;
GRANT CONNECT ON DATABASE "test" TO PUBLIC;
SELECT format('GRANT CREATE ON DATABASE %I TO %I', 'test', rolname) FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
