"""What Patroni has to know of the store: its version, which is the one of this bundle.

Patroni goes by what the members have agreed on. As long as one of them has never been up that is 3.0, whatever they are
(etcd, MinClusterVersion), and Patroni then speaks a language that etcd has forgotten: it waits for the last host.
"""
import sys

from patroni.dcs.etcd3 import Etcd3Client


def know_version():
    if not hasattr(Etcd3Client, "_ensure_version_prefix"):
        sys.exit("pigsty_store: this Patroni finds out about versions elsewhere")

    def ensure(self, base_uri, **kwargs):
        self.version_prefix, self._cluster_version = "/v3", (3, 5)

    Etcd3Client._ensure_version_prefix = ensure
