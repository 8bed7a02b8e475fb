# Before Patroni starts on the member that initialises the cluster. Patroni takes the key `initialize` of the store,
# runs initdb, and writes the cluster's identity into the key. When it is killed in between, the key stays empty, and
# after that everybody waits for somebody else to finish: whoever left it takes it back.
set -eu
mark=/pg/meta/initialising
if [ -f /pg/data/global/pg_control ]; then
    rm -f "$mark"
    exit 0
fi
[ ! -f "$mark" ] || PYTHONPATH=/etc/pigsty/current/etc/pgsql /usr/bin/python3 - <<'PYTHON'
import pigsty_store
from patroni.config import Config
from patroni.dcs import get_dcs

pigsty_store.know_version()
config = Config("/etc/pigsty/current/etc/patroni", None).copy()
config["patronictl"] = True  # a short look, without watches and leases
store = get_dcs(config)
cluster = store.get_cluster()
others = [m.name for m in cluster.members if m.name != config["name"] and m.data.get("state", "").startswith("init")]
if cluster.initialize == "" and cluster.is_unlocked() and not others:
    print("an earlier initialisation was cut short: begins anew")
    store.cancel_initialization()
PYTHON
: >"$mark"
sync "$mark" "${mark%/*}"
