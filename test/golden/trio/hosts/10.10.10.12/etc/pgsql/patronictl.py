"""patronictl, as Patroni's package starts it, with what it has to know of the store."""
import sys

import pigsty_store
from patroni.ctl import ctl

pigsty_store.know_version()
sys.argv[0] = "patronictl"
sys.exit(ctl())
