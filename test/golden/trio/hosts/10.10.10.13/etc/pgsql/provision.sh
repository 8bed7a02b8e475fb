# Creates what the inventory declares, on the current primary; does nothing on replicas.
# Waits for Patroni: before it reports "primary", the cluster is not initialised.
set -eu
export PGHOST=/var/run/postgresql PGPORT=5432 PGUSER=postgres HOME=/tmp
# Statements contain password verifiers: they must not be in logs and statistics.
export PGCLIENTENCODING=UTF8 PGOPTIONS='-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic -c pg_stat_statements.track=none -c client_min_messages=warning'

# Waits until Patroni reports the role of this member. One process that repeats the request: a new process each time
# would use processor time that PostgreSQL needs to start. Not by /replica, which is for health checks of services.
wait_for_role() {
    python3 -S - <<'PYTHON'
import http.client, json, ssl, sys, time

NAME = "pg-test-3"
AUTHORITY = ssl.create_default_context(cafile="/etc/pigsty/current/etc/pgsql/ca.crt")


def ask(path):
    connection = http.client.HTTPSConnection("10.10.10.13:8008", timeout=3, context=AUTHORITY)
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
    # A member that is about to lead a standby cluster is a replica for a moment.
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
    # On a slow host, ask less often.
    time.sleep(min(1, max(0.1, 3 * (time.monotonic() - asked))))
PYTHON
}

# -B: the cache of compiled Python is per image, and two generations may have files of equal times and sizes.
provision() {
    python3 -B /etc/pigsty/current/etc/pgsql/provision/provision.py "$@"
}

# PostgreSQL must run before Patroni reports a role.
until [ -S "$PGHOST/.s.PGSQL.$PGPORT" ]; do sleep 0.3; done
role=$(wait_for_role)
if [ "$role" = replica ]; then
    provision replica || :
    echo "this member is a replica: nothing to do"
    exit 0
fi

python3 /etc/pigsty/current/etc/pgsql/converge.py
if [ "$role" = standby-leader ]; then
    provision replica || :
    echo "this is a standby cluster: roles and databases are replicated"
    exit 0
fi
provision
