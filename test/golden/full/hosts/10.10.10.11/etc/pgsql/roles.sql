-- Roles of the cluster. Statements change only what differs.
\set QUIET on
\set ECHO none

-- role dbrole_readonly
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbrole_readonly' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbrole_readonly'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (false, false, false, false, true, false, false, -1) \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('role for global read-only access', '') AS wanted) AS given
WHERE rolname = 'dbrole_readonly' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role dbrole_offline
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbrole_offline' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbrole_offline'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (false, false, false, false, true, false, false, -1) \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('role for restricted read-only access', '') AS wanted) AS given
WHERE rolname = 'dbrole_offline' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role dbrole_readwrite
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbrole_readwrite' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbrole_readwrite'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (false, false, false, false, true, false, false, -1) \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('role for global read-write access', '') AS wanted) AS given
WHERE rolname = 'dbrole_readwrite' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role dbrole_admin
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbrole_admin' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbrole_admin'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (false, false, false, false, true, false, false, -1) \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('role for object creation', '') AS wanted) AS given
WHERE rolname = 'dbrole_admin' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role postgres
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'postgres' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('system superuser', '') AS wanted) AS given
WHERE rolname = 'postgres' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role replicator
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'replicator' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT REPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'replicator'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (true, false, false, false, true, true, false, -1) \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, '<pg_replication_password:bef8b13f4e22950e>')
FROM pg_authid WHERE rolname = 'replicator' AND rolpassword IS DISTINCT FROM '<pg_replication_password:bef8b13f4e22950e>' \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('system replicator', '') AS wanted) AS given
WHERE rolname = 'replicator' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role dbuser_dba
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbuser_dba' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I LOGIN SUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbuser_dba'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (true, true, false, false, true, false, false, -1) \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, '<pg_admin_password:f869c5b0f4f949f9>')
FROM pg_authid WHERE rolname = 'dbuser_dba' AND rolpassword IS DISTINCT FROM '<pg_admin_password:f869c5b0f4f949f9>' \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('pgsql admin user', '') AS wanted) AS given
WHERE rolname = 'dbuser_dba' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role dbuser_monitor
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'dbuser_monitor' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'dbuser_monitor'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (true, false, false, false, true, false, false, -1) \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, '<pg_monitor_password:355c9c9174e5930f>')
FROM pg_authid WHERE rolname = 'dbuser_monitor' AND rolpassword IS DISTINCT FROM '<pg_monitor_password:355c9c9174e5930f>' \gexec
ALTER ROLE "dbuser_monitor" SET "log_min_duration_statement" = '1000';
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('pgsql monitor user', '') AS wanted) AS given
WHERE rolname = 'dbuser_monitor' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- role test
SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'test' AS name) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1', rolname)
FROM pg_roles WHERE rolname = 'test'
  AND (rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls, rolconnlimit)
    IS DISTINCT FROM (true, false, false, false, true, false, false, -1) \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, '<pg_users.test.password:5e3052f76cb13690>')
FROM pg_authid WHERE rolname = 'test' AND rolpassword IS DISTINCT FROM '<pg_users.test.password:5e3052f76cb13690>' \gexec
SELECT format('COMMENT ON ROLE %I IS %L', rolname, wanted)
FROM pg_roles, (SELECT nullif('owner of database test', '') AS wanted) AS given
WHERE rolname = 'test' AND shobj_description(oid, 'pg_authid') IS DISTINCT FROM wanted \gexec

-- memberships, after every role exists
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_readonly' AND child.rolname = 'dbrole_readwrite'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'pg_monitor' AND child.rolname = 'dbrole_admin'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_readwrite' AND child.rolname = 'dbrole_admin'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'pg_monitor' AND child.rolname = 'replicator'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_readonly' AND child.rolname = 'replicator'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_admin' AND child.rolname = 'dbuser_dba'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'pg_monitor' AND child.rolname = 'dbuser_monitor'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_readonly' AND child.rolname = 'dbuser_monitor'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
SELECT format('GRANT %I TO %I', parent.rolname, child.rolname)
FROM pg_roles AS parent, pg_roles AS child
WHERE parent.rolname = 'dbrole_admin' AND child.rolname = 'test'
  AND NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = parent.oid AND member = child.oid) \gexec
-- pg_rewind reads the files of a leader with these (its manual, "Options", --source-server)
SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', 'pg_ls_dir(text, boolean, boolean)', rolname) FROM pg_roles WHERE rolname = 'replicator'
  AND NOT has_function_privilege(rolname, 'pg_catalog.pg_ls_dir(text, boolean, boolean)', 'EXECUTE') \gexec
SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', 'pg_stat_file(text, boolean)', rolname) FROM pg_roles WHERE rolname = 'replicator'
  AND NOT has_function_privilege(rolname, 'pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE') \gexec
SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', 'pg_read_binary_file(text)', rolname) FROM pg_roles WHERE rolname = 'replicator'
  AND NOT has_function_privilege(rolname, 'pg_catalog.pg_read_binary_file(text)', 'EXECUTE') \gexec
SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', 'pg_read_binary_file(text, bigint, bigint, boolean)', rolname) FROM pg_roles WHERE rolname = 'replicator'
  AND NOT has_function_privilege(rolname, 'pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'EXECUTE') \gexec
-- roles that are not in the inventory are reported, never dropped
SELECT 'role not in the inventory: ' || rolname AS report FROM pg_roles
WHERE rolname !~ '^pg_' AND rolname NOT IN ('dbrole_readonly', 'dbrole_offline', 'dbrole_readwrite', 'dbrole_admin', 'postgres', 'replicator', 'dbuser_dba', 'dbuser_monitor', 'test', '')
\g (format=unaligned tuples_only=on)
