exec /usr/bin/prometheus-pgbackrest-exporter \
    --web.listen-address=10.10.10.11:9854 \
    --web.config.file=/etc/pigsty/current/etc/pgsql/web.yml \
    --backrest.stanza-include=pg-test \
    --collect.interval=120 \
    --log.level=warn \
    --backrest.database-parallel-processes=1
