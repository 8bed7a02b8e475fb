# Makes the cluster hold what the inventory declares, on whoever is primary; replicas have nothing to do.
# Waits for Patroni: before it says "primary" the cluster is still being made.
set -eu
export PGHOST=/var/run/postgresql PGPORT=5432 PGUSER=postgres HOME=/tmp
# Statements may hold password verifiers: they go to no log and no statistics.
export PGOPTIONS='-c log_statement=none -c log_min_duration_statement=-1 -c pg_stat_statements.track=none -c client_min_messages=warning'

# What Patroni says this member is, once it says so. One process that asks again and again: a new one each time would
# take a processor from PostgreSQL, which is starting.
wait_for_role() {
    python3 -S - <<'PYTHON'
import http.client, sys, time

while True:
    for role in "primary", "replica", "standby-leader":
        connection = http.client.HTTPConnection("10.10.10.10:8008", timeout=3)
        try:
            connection.request("GET", "/" + role)
            if connection.getresponse().status == 200:
                sys.exit(print(role))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
    time.sleep(0.1)
PYTHON
}

run() {
    PGDATABASE=$1 psql -X -q -v ON_ERROR_STOP=1 -f "/etc/pigsty/current/etc/pgsql/$2"
}

# Not before PostgreSQL is there to answer for.
until [ -S "$PGHOST/.s.PGSQL.$PGPORT" ]; do sleep 0.3; done
role=$(wait_for_role)
if [ "$role" = replica ]; then
    echo "this member is a replica: nothing to do"
    exit 0
fi

python3 /etc/pigsty/current/etc/pgsql/converge.py
if [ "$role" = standby-leader ]; then
    echo "this cluster is a copy: its roles and databases are those of the other one"
    exit 0
fi
run postgres roles.sql
# Before any database is made from it.
run template1 template.sql
run postgres template.sql
run postgres databases.sql
run meta database-1.sql
run vault database-2.sql
echo "roles and databases are as declared"
