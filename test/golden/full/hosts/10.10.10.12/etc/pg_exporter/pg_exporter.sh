# Starts the exporter. The login is in its environment, which no other account can read.
export PGUSER=dbuser_monitor PGPASSWORD='<pg_monitor_password:355c9c9174e5930f>'
export PGCONNECT_TIMEOUT=1
export PG_EXPORTER_URL='postgres://:5432/postgres?sslmode=disable&host=/var/run/postgresql'
set --
set -- "$@" --web.listen-address=10.10.10.12:9630
set -- "$@" --web.config.file=/etc/pigsty/current/etc/exporter/web.yml
set -- "$@" --web.telemetry-path=/metrics
set -- "$@" --config=/etc/pigsty/current/etc/pg_exporter/pg_exporter.yml
set -- "$@" --log.level=warn
set -- "$@" --auto-discovery
set -- "$@" --exclude-database=template0,template1,postgres
set -- "$@" --include-database=
set -- "$@" --connect-timeout=200
exec /usr/bin/pg_exporter "$@"
