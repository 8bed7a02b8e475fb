# Starts the exporter. The login is in its environment, which no other account can read.
export PGUSER=dbuser_monitor PGPASSWORD='<pg_monitor_password:de2ec6d6549c9ed3>'
export PGCONNECT_TIMEOUT=1
export PG_EXPORTER_URL='postgres://:6432/pgbouncer?sslmode=disable&host=/var/run/postgresql'
set --
set -- "$@" --web.listen-address=10.10.10.10:9631
set -- "$@" --web.config.file=/etc/pigsty/current/etc/exporter/web.yml
set -- "$@" --web.telemetry-path=/metrics
set -- "$@" --config=/etc/pigsty/current/etc/pg_exporter/pg_exporter.yml
set -- "$@" --log.level=warn
set -- "$@" --no-auto-discovery
set -- "$@" --connect-timeout=200
exec /usr/bin/pg_exporter "$@"
