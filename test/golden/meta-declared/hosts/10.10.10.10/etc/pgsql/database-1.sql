-- Inside database meta.
CREATE SCHEMA IF NOT EXISTS "app";
CREATE SCHEMA IF NOT EXISTS "audit";
CREATE EXTENSION IF NOT EXISTS "vector" CASCADE;
CREATE EXTENSION IF NOT EXISTS "pg_trgm" WITH SCHEMA "public" CASCADE;
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
