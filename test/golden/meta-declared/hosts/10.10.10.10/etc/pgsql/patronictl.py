"""patronictl, started like in Patroni's package, with the version of etcd."""
import sys

import pigsty_store
from patroni.ctl import ctl

pigsty_store.set_version()
sys.argv[0] = "patronictl"
sys.exit(ctl())
