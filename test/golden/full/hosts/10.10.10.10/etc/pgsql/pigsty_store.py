"""Gives Patroni the version of etcd, which is the one of this bundle.

Patroni uses the cluster version of etcd. This is 3.0 until every member has started once, whatever their version is
(etcd, MinClusterVersion), and Patroni then uses an API that etcd no longer has: it would wait for the last host.
"""
import sys

from patroni.dcs.etcd3 import Etcd3Client


def set_version():
    if not hasattr(Etcd3Client, "_ensure_version_prefix"):
        sys.exit("pigsty_store: unsupported version of Patroni: _ensure_version_prefix not found")

    def ensure(self, base_uri, **kwargs):
        self.version_prefix, self._cluster_version = "/v3", (3, 5)

    Etcd3Client._ensure_version_prefix = ensure
