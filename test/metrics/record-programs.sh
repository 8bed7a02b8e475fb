#!/bin/bash
# The part of record.sh that runs in the namespaces: starts the programs of $tree and calls `record` for each.
# shellcheck disable=SC2154
ip link set lo up
mount --bind "$tree" "$tree"
mount -t proc none "$tree/proc"
mount -t sysfs none "$tree/sys"
mount -t tmpfs none "$tree/tmp"
mount -t tmpfs none "$tree/run"
mount --rbind /dev "$tree/dev"
install -d -m 0777 "$tree/tmp/state" "$tree/run/pg"
within() { HOME=/tmp LC_ALL=C.UTF-8 chroot "$tree" "$@"; }
start() { within "$@" >>"$tree/tmp/log" 2>&1 & }
trap 'tail -n 30 "$tree/tmp/log" >&2' ERR

mkdir "$tree/tmp/text"
# The collectors of the inventory's default node_exporter_options, and those that the rules read.
start prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --no-collector.softnet --no-collector.nvme \
    --collector.tcpstat --collector.processes --collector.textfile.directory=/tmp/text
printf 'example 1\n' >"$tree/tmp/text/example.prom"
record node http://127.0.0.1:9100/metrics node_textfile_mtime

# Two members: what they measure of each other has names of its own.
member() {
    start etcd --name "$1" --data-dir "/tmp/state/$1" --listen-client-urls "http://127.0.0.1:$2" \
        --advertise-client-urls "http://127.0.0.1:$2" --listen-peer-urls "http://127.0.0.1:$3" \
        --initial-advertise-peer-urls "http://127.0.0.1:$3" \
        --initial-cluster etcd-1=http://127.0.0.1:2380,etcd-2=http://127.0.0.1:2382
}
member etcd-1 2379 2380
member etcd-2 2381 2382
# They measure their distance every 30 s.
record etcd http://127.0.0.1:2379/metrics etcd_network_peer_round_trip

cat >"$tree/tmp/patroni.yml" <<'END'
scope: pg-test
name: pg-test-1
restapi: { listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008' }
etcd3: { hosts: '127.0.0.1:2379' }
bootstrap:
  initdb: [{ auth-host: trust }, { auth-local: trust }, data-checksums]
  dcs: { slots: { spare: { type: physical } }, postgresql: { parameters: { shared_preload_libraries: pg_stat_statements } } }
  pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
postgresql:
  listen: 127.0.0.1:5432
  connect_address: 127.0.0.1:5432
  data_dir: /tmp/state/pg
  bin_dir: /usr/lib/postgresql/17/bin
  parameters: { unix_socket_directories: /tmp/state }
  authentication: { superuser: { username: postgres }, replication: { username: replicator } }
END
start setpriv --reuid=postgres --regid=postgres --clear-groups patroni /tmp/patroni.yml
psql() { within setpriv --reuid=postgres --regid=postgres --clear-groups psql -h /tmp/state -qAt "$@"; }
for _ in $(seq 300); do if [ "$(psql -c 'SELECT NOT pg_is_in_recovery()' 2>/dev/null)" = t ]; then break; fi; sleep 0.2; done
record patroni http://127.0.0.1:8008/metrics patroni_primary

cat >"$tree/tmp/pgbouncer.ini" <<'END'
[databases]
postgres = host=127.0.0.1 port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6432
unix_socket_dir =
auth_type = any
ignore_startup_parameters = extra_float_digits
admin_users = postgres
END
start setpriv --reuid=postgres --regid=postgres --clear-groups pgbouncer /tmp/pgbouncer.ini
psql -c "CREATE ROLE dbuser SUPERUSER LOGIN" -c "ALTER SYSTEM SET track_functions = 'all'" -c "SELECT pg_reload_conf()" >/dev/null
psql -c 'CREATE PUBLICATION all_tables FOR ALL TABLES' -c 'CREATE TABLE d (a int) PARTITION BY LIST (a)' -c 'CREATE TABLE e PARTITION OF d DEFAULT' 2>/dev/null
psql -c 'CREATE EXTENSION pg_stat_statements' -c 'CREATE TABLE t (a bigserial PRIMARY KEY)' \
    -c "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'" >/dev/null
for _ in $(seq 10); do psql -U dbuser -c "SELECT count(*) FROM t" postgres >/dev/null; psql -c 'SELECT f()' >/dev/null; done
for _ in $(seq 50); do within psql -h 127.0.0.1 -p 6432 -U postgres -qAtc 'SELECT 1' postgres >/dev/null 2>&1 && break; sleep 0.2; done
# A standby: replication has names of its own.
within setpriv --reuid=postgres --regid=postgres --clear-groups \
    pg_basebackup -h 127.0.0.1 -U replicator -D /tmp/state/standby -R -X stream
sed -i 's/^/#/' "$tree/tmp/state/standby/postgresql.conf"
cat >>"$tree/tmp/state/standby/postgresql.conf" <<'END'
port = 5433
unix_socket_directories = '/tmp/state'
shared_preload_libraries = 'pg_stat_statements'
END
start setpriv --reuid=postgres --regid=postgres --clear-groups /usr/lib/postgresql/17/bin/postgres -D /tmp/state/standby
for _ in $(seq 100); do psql -p 5433 -c 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.2; done

if [ -x "$tree/usr/bin/pg_exporter" ]; then
    queries=${queries:-/etc/pg_exporter/pg_exporter.yml}
    exporter() {
        start env PG_EXPORTER_URL="postgres://postgres@127.0.0.1:$2/$3?sslmode=disable" pg_exporter \
            --config="$queries" --web.listen-address="127.0.0.1:$1" --auto-discovery --connect-timeout=1000
    }
    exporter 9630 5432 postgres
    exporter 9632 5433 postgres
    exporter 9631 6432 pgbouncer
    record pg_primary http://127.0.0.1:9630/metrics pg_table_size_bytes
    record pg_standby http://127.0.0.1:9632/metrics pg_table_size_bytes
    record pgbouncer http://127.0.0.1:9631/metrics pgbouncer_pool
fi

cat >"$tree/tmp/pgbackrest.conf" <<'END'
[global]
repo1-path=/tmp/state/repo
log-path=/tmp/state
lock-path=/tmp/state/lock
[pg-test]
pg1-path=/tmp/state/pg
pg1-socket-path=/tmp/state
END
backrest() { within setpriv --reuid=postgres --regid=postgres --clear-groups pgbackrest --config=/tmp/pgbackrest.conf --stanza=pg-test "$@"; }
backrest --no-online stanza-create >>"$tree/tmp/log" 2>&1
psql -c "ALTER SYSTEM SET archive_command = 'pgbackrest --config=/tmp/pgbackrest.conf --stanza=pg-test archive-push %p'" -c 'SELECT pg_reload_conf()' >/dev/null
psql -c "ALTER SYSTEM SET archive_mode = 'on'"
within setpriv --reuid=postgres --regid=postgres --clear-groups /usr/lib/postgresql/17/bin/pg_ctl -D /tmp/state/pg -w restart >>"$tree/tmp/log" 2>&1
for _ in $(seq 100); do if [ "$(psql -c 'SELECT NOT pg_is_in_recovery()' 2>/dev/null)" = t ]; then break; fi; sleep 0.2; done
backrest --type=full backup >>"$tree/tmp/log" 2>&1
start setpriv --reuid=postgres --regid=postgres --clear-groups prometheus-pgbackrest-exporter --web.listen-address=127.0.0.1:9854 \
    --backrest.config=/tmp/pgbackrest.conf
record pgbackrest http://127.0.0.1:9854/metrics pgbackrest_backup_info

cat >"$tree/tmp/haproxy.cfg" <<'END'
global
    stats socket /tmp/haproxy.sock
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend admin
    bind 127.0.0.1:9101
    mode http
    http-request use-service prometheus-exporter if { path /metrics }
listen pg-test-primary
    bind 127.0.0.1:5435
    server pg-test-1 127.0.0.1:5432 check port 8008
END
start haproxy -f /tmp/haproxy.cfg
record haproxy http://127.0.0.1:9101/metrics haproxy_server_status

cat >"$tree/tmp/prometheus.yml" <<'END'
global: { scrape_interval: 1s, evaluation_interval: 1s }
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] }
rule_files: [/tmp/rules.yml]
scrape_configs: [{ job_name: infra, file_sd_configs: [{ files: [/tmp/targets.yml] }] }]
END
printf -- '- targets: ["127.0.0.1:9090"]\n' >"$tree/tmp/targets.yml"
printf 'groups: [{ name: g, rules: [{ alert: Watchdog, expr: vector(1) }] }]\n' >"$tree/tmp/rules.yml"
start prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/tmp/state/prometheus --web.listen-address=127.0.0.1:9090
printf 'route: { receiver: none }\nreceivers: [{ name: none, webhook_configs: [{ url: "http://127.0.0.1:1/" }] }]\n' >"$tree/tmp/alertmanager.yml"
start prometheus-alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/tmp/state/alertmanager \
    --web.listen-address=127.0.0.1:9093 --cluster.listen-address=127.0.0.1:9094 --cluster.advertise-address=127.0.0.1:9094
start prometheus-pushgateway --web.listen-address=127.0.0.1:9091
printf 'modules: { icmp: { prober: icmp }, tls: { prober: http, http: { fail_if_ssl: true } } }\n' >"$tree/tmp/blackbox.yml"
start prometheus-blackbox-exporter --config.file=/tmp/blackbox.yml --web.listen-address=127.0.0.1:9115
printf 'events {}\nhttp { access_log off; server { listen 127.0.0.1:80; location /nginx { stub_status; } } }\n' >"$tree/tmp/nginx.conf"
start nginx -g 'daemon off; pid /tmp/nginx.pid; error_log /tmp/nginx.log;' -c /tmp/nginx.conf
start prometheus-nginx-exporter --nginx.scrape-uri=http://127.0.0.1:80/nginx --web.listen-address=127.0.0.1:9113
start dnsmasq --keep-in-foreground --listen-address=127.0.0.1 --bind-interfaces --user=root --conf-file=/dev/null
start prometheus-dnsmasq-exporter --listen=127.0.0.1:9153 --dnsmasq=127.0.0.1:53 --leases_path=/dev/null
record prometheus http://127.0.0.1:9090/metrics prometheus_notifications_sent_total
record alertmanager http://127.0.0.1:9093/metrics alertmanager_notifications_failed
record pushgateway http://127.0.0.1:9091/metrics pushgateway_build
record blackbox http://127.0.0.1:9115/metrics blackbox_exporter
record probe 'http://127.0.0.1:9115/probe?module=icmp&target=127.0.0.1' probe_success
record nginx http://127.0.0.1:9113/metrics nginx_up
record dnsmasq http://127.0.0.1:9153/metrics dnsmasq_hits
trap - ERR
if [ -n "${PIGSTY_TEST_LOG:-}" ]; then cp "$tree/tmp/log" "$PIGSTY_TEST_LOG"; fi
