# Makes the cluster hold what the inventory declares, on whoever is primary; replicas have nothing to do.
# Waits for Patroni: before it says "primary" the cluster is still being made.
set -eu
export PGHOST=/var/run/postgresql PGPORT=5432 PGUSER=postgres HOME=/tmp
# Statements may hold password verifiers: they go to no log and no statistics.
export PGOPTIONS='-c log_statement=none -c log_min_duration_statement=-1 -c pg_stat_statements.track=none -c client_min_messages=warning'

# What Patroni says this member is, once it says so. One process that asks again and again: a new one each time would
# take a processor from PostgreSQL, which is starting. Not by the path /replica: that is for whom clients are sent to.
wait_for_role() {
    python3 -S - <<'PYTHON'
import http.client, json, sys, time

NAME = "pg-test-1"


def ask(path):
    connection = http.client.HTTPConnection("10.10.10.11:8008", timeout=3)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def find_role():
    for role in "primary", "standby-leader":
        if ask("/" + role)[0] == 200:
            return role
    state = json.loads(ask("/patroni")[1])
    if (state.get("role"), state.get("state")) != ("replica", "running"):
        return None
    # Whoever is about to take the lease of a copy runs as a replica for a moment.
    members = json.loads(ask("/cluster")[1]).get("members", [])
    leads = [member["name"] for member in members if member.get("role") in ("leader", "standby_leader")]
    return "replica" if leads and leads != [NAME] else None


while True:
    asked = time.monotonic()
    try:
        role = find_role()
        if role:
            sys.exit(print(role))
    except (OSError, ValueError, http.client.HTTPException):
        pass
    # Where answers are slow, asking is what slows them.
    time.sleep(min(1, max(0.1, 3 * (time.monotonic() - asked))))
PYTHON
}

run() {
    PGDATABASE=$1 psql -X -q -v ON_ERROR_STOP=1 -f "/etc/pigsty/current/etc/pgsql/$2"
}

make_roles_and_databases() {
    run postgres roles.sql
    # Before any database is made from it.
    run template1 template.sql
    run postgres template.sql
    run postgres databases.sql
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
make_roles_and_databases
run test database-1.sql
echo "roles and databases are as declared"
