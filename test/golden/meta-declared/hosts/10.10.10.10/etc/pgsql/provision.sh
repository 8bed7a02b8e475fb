# Makes the cluster hold what the inventory declares, on whoever is primary; replicas have nothing to do.
# Waits for Patroni: before it says "primary" the cluster is still being made.
set -eu
export PGHOST=/var/run/postgresql PGPORT=5432 PGUSER=postgres HOME=/tmp
# Statements may hold password verifiers: they go to no log and no statistics.
export PGOPTIONS='-c log_statement=none -c log_min_duration_statement=-1 -c pg_stat_statements.track=none -c client_min_messages=warning'

has_role() {
    python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=3)' "http://10.10.10.10:8008/$1" 2>/dev/null
}

run() {
    PGDATABASE=$1 psql -X -q -v ON_ERROR_STOP=1 -f "/etc/pigsty/current/etc/pgsql/$2"
}

# Asking is not cheap: not before PostgreSQL is there to answer for.
until [ -S "$PGHOST/.s.PGSQL.$PGPORT" ]; do sleep 0.1; done
until has_role primary; do
    if has_role replica; then
        echo "this member is a replica: nothing to do"
        exit 0
    fi
    sleep 0.2
done

python3 /etc/pigsty/current/etc/pgsql/converge.py
run postgres roles.sql
# Before any database is made from it.
run template1 template.sql
run postgres template.sql
run postgres databases.sql
run meta database-1.sql
run vault database-2.sql
echo "roles and databases are as declared"
