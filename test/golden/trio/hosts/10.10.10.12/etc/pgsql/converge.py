"""Brings the keys of the configuration store that the inventory decides on to what it says; run on the leader.

Patroni writes them once, at bootstrap; afterwards the store is the truth. Other keys are reported and left alone; so is
a cluster that takes writes: it does not become a copy of another one, again or anew, by itself. A pause that somebody
else has made stays: the key `pigsty` says whose it is.
"""
import base64
import json
import ssl
import sys
import urllib.request

import yaml

URL = "http://10.10.10.12:8008/config"
# Patroni goes on running, and nobody takes over (patroni_mode).
PAUSES = False
PAUSE = {"pause": True, "pigsty": {"pause": True}}
PATRONI = "/etc/pigsty/current/etc/patroni"
CA = "/etc/pigsty/current/etc/pgsql/ca.crt"
# Set by this node's own measure at bootstrap.
MEASURED = {"postgresql.parameters.max_worker_processes"}


def load(name):
    with open(f"{PATRONI}/{name}", encoding="utf-8") as file:
        return yaml.safe_load(file)


def flatten(tree, path=""):
    """`{a: {b: 1}}` as `{"a.b": 1}`."""
    if not isinstance(tree, dict):
        return {path: tree}
    flat = {}
    for key, value in tree.items():
        flat.update(flatten(value, f"{path}.{key}" if path else key))
    return flat


def difference(wanted, found):
    """What of `wanted` is otherwise in `found`, in the form of `wanted`."""
    changed = {}
    for key, value in wanted.items():
        if isinstance(value, dict):
            inner = difference(value, found.get(key) if isinstance(found.get(key), dict) else {})
            if inner:
                changed[key] = inner
        elif key not in found or found[key] != value:
            changed[key] = value
    return changed


def taken_back(wanted, found):
    """What this product alone writes and the inventory no longer has, as None: that removes a key."""
    owned = {
        "standby_cluster": set(found.get("standby_cluster") or {}) if "standby_cluster" in wanted else set(),
        "slots": {name for name in found.get("slots") or {} if name.startswith("copy_")},
    }
    gone = {key: {name: None for name in names - set(wanted.get(key, {}))} for key, names in owned.items()}
    gone = {key: names for key, names in gone.items() if names}
    if not PAUSES and (found.get("pigsty") or {}).get("pause"):
        gone.update(dict.fromkeys(PAUSE))
    return gone


def ask(method="GET", body=None):
    access = load("30-secrets.yml")["restapi"]["authentication"]
    token = base64.b64encode(f"{access['username']}:{access['password']}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(URL, method=method, data=body, headers=headers)
    authority = ssl.create_default_context(cafile=CA)
    with urllib.request.urlopen(request, timeout=10, context=authority) as response:
        return json.load(response)


def converge():
    wanted = load("10-patroni.yml")["bootstrap"]["dcs"]
    if PAUSES:
        wanted.update(PAUSE)
    found = ask()
    if "standby_cluster" in wanted and "standby_cluster" not in found:
        print("store: standby_cluster: the inventory has pg_upstream, but this cluster takes writes of its own: left alone")
        del wanted["standby_cluster"]
    changed = difference(wanted, found)
    for key, names in taken_back(wanted, found).items():
        changed[key] = names and {**changed.get(key, {}), **names}
    if changed:
        before = flatten(found)
        for key, value in sorted(flatten(changed).items()):
            print(f"store: {key}: {before.get(key)} -> {value}")
        ask("PATCH", json.dumps(changed).encode())
    for key in sorted(set(flatten(found)) - set(flatten({**wanted, **changed})) - MEASURED):
        print(f"store: {key} = {flatten(found)[key]}: not of this inventory, left alone")


sys.exit(converge())
