"""Lets Patroni work with the etcd of this bundle; call `adapt` before Patroni connects.

Patroni uses the cluster version of etcd. This is 3.0 until every member has started once, whatever their version is
(etcd, MinClusterVersion), and Patroni then uses an API that etcd no longer has: it would wait for the last host. So it
gets the version of this bundle.

Patroni knows errors of etcd by the text in `error`. Debian's etcd gives the text in `message` only, and Patroni would not
recognise that authentication is not enabled, that its token is not known, or that its lease is gone.
"""
import sys

from patroni.dcs import etcd3


def adapt():
    set_version(etcd3.Etcd3Client)
    read_messages()


def set_version(client):
    if not hasattr(client, "_ensure_version_prefix"):
        sys.exit("pigsty_store: unsupported version of Patroni: _ensure_version_prefix not found")

    def ensure(self, base_uri, **kwargs):
        self.version_prefix, self._cluster_version = "/v3", (3, 5)

    client._ensure_version_prefix = ensure


def read_messages():
    if not hasattr(etcd3, "_raise_for_data"):
        sys.exit("pigsty_store: unsupported version of Patroni: _raise_for_data not found")
    to_error = etcd3._raise_for_data

    def to_error_by_message(data, status_code=None):
        if isinstance(data, dict) and "message" in data:
            data = {"error": data["message"], **data}
        return to_error(data, status_code)

    etcd3._raise_for_data = to_error_by_message
