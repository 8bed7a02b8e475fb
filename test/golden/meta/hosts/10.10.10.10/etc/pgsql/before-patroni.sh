# Runs before Patroni on the member that initialises the cluster. Patroni creates the key `initialize` in the
# configuration store, runs initdb, and writes the system identifier of the cluster to the key. If it is killed in
# between, the key stays empty and every member waits for another one: the member that created the key deletes it.
set -eu
marker=/pg/meta/initialising
if [ -f /pg/data/global/pg_control ]; then
    rm -f "$marker"
    exit 0
fi
[ ! -f "$marker" ] || PYTHONPATH=/etc/pigsty/current/etc/pgsql /usr/bin/python3 - <<'PYTHON'
import pigsty_store
from patroni.config import Config
from patroni.dcs import get_dcs

pigsty_store.adapt()
config = Config("/etc/pigsty/current/etc/patroni", None).copy()
config["patronictl"] = True  # a single read, without watches and leases
store = get_dcs(config)
cluster = store.get_cluster()
others = [m.name for m in cluster.members if m.name != config["name"] and m.data.get("state", "").startswith("init")]
if cluster.initialize == "" and cluster.is_unlocked() and not others:
    print("an earlier initialisation was interrupted: starting again")
    store.cancel_initialization()
PYTHON
: >"$marker"
sync "$marker" "${marker%/*}"
