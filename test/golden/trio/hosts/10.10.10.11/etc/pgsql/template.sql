-- Content of every new database; for template1 and postgres.
CREATE SCHEMA IF NOT EXISTS "monitor";
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('pg_catalog')
FROM pg_available_extensions WHERE name = 'adminpack' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pg_stat_statements' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pgstattuple' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pg_buffercache' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pageinspect' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pg_prewarm' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pg_visibility' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('monitor')
FROM pg_available_extensions WHERE name = 'pg_freespacemap' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'postgres_fdw' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'file_fdw' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'btree_gist' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'btree_gin' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'pg_trgm' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'intagg' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name) || ' WITH SCHEMA ' || quote_ident('public')
FROM pg_available_extensions WHERE name = 'intarray' AND installed_version IS NULL \gexec
SELECT 'CREATE EXTENSION ' || quote_ident(name)
FROM pg_available_extensions WHERE name = 'pg_repack' AND installed_version IS NULL \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT format('GRANT CREATE, USAGE ON SCHEMA public TO %I', rolname) FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_readonly' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_readonly' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_readonly' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_readonly' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_offline' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_offline' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_offline' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_offline' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT INSERT     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT DELETE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRUNCATE   ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT REFERENCES ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRIGGER    ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT CREATE     ON SCHEMAS   TO dbrole_admin' FROM pg_roles WHERE rolname = 'postgres' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT INSERT     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT DELETE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRUNCATE   ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT REFERENCES ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRIGGER    ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT CREATE     ON SCHEMAS   TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbuser_dba' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_readonly' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SCHEMAS   TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON TABLES    TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT SELECT     ON SEQUENCES TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT EXECUTE    ON FUNCTIONS TO dbrole_offline' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT INSERT     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT DELETE     ON TABLES    TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT USAGE      ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT UPDATE     ON SEQUENCES TO dbrole_readwrite' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRUNCATE   ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT REFERENCES ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT TRIGGER    ON TABLES    TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I ', rolname) || 'GRANT CREATE     ON SCHEMAS   TO dbrole_admin' FROM pg_roles WHERE rolname = 'dbrole_admin' \gexec
