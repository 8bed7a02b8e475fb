# Starts the exporter of backups.
set --
set -- "$@" --web.listen-address=10.10.10.12:9854
set -- "$@" --web.config.file=/etc/pigsty/current/etc/pgsql/web.yml
set -- "$@" --backrest.stanza-include=pg-test
set -- "$@" --collect.interval=120
set -- "$@" --log.level=warn
exec /usr/bin/prometheus-pgbackrest-exporter "$@"
