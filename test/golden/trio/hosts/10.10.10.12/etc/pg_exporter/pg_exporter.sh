# Starts the exporter. The login is in its environment, which no other account can read.
export PGUSER=dbuser_monitor PGPASSWORD='<pg_monitor_password:868e458f8a7f889f>'
export PG_EXPORTER_URL='postgres://:5432/postgres?sslmode=disable&host=/var/run/postgresql'
exec /usr/bin/pg_exporter \
    --web.listen-address=10.10.10.12:9630 \
    --web.config.file=/etc/pigsty/current/etc/exporter/web.yml \
    --web.telemetry-path=/metrics \
    --config=/etc/pigsty/current/etc/pg_exporter/pg_exporter.yml \
    --log.level=warn \
    --auto-discovery \
    --exclude-database=template0,template1,postgres \
    --include-database= \
    --connect-timeout=200 \
    --no-fail-fast
