"""patronictl, started like in Patroni's package, and adapted to etcd."""
import sys

import pigsty_store
from patroni.ctl import ctl

pigsty_store.adapt()
sys.argv[0] = "patronictl"
sys.exit(ctl())
