"""Sets the keys of the configuration store that the inventory declares; runs on the leader.

Patroni writes them once, at bootstrap. Other keys are reported and not changed. A cluster that accepts writes does not
become a standby cluster automatically. A pause that an operator has set stays: the key `pigsty` marks our own pause.
"""
import base64
import json
import ssl
import sys
import urllib.request

import yaml

URL = "https://10.10.10.10:8008/config"
# Patroni runs without failover (patroni_mode).
IS_PAUSED = False
PAUSE = {"pause": True, "pigsty": {"pause": True}}
PATRONI = "/etc/pigsty/current/etc/patroni"
CA = "/etc/pigsty/current/etc/pgsql/ca.crt"
# Set at bootstrap, from the processors of a node.
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


def changed_keys(wanted, found):
    """The keys of `wanted` that are missing or different in `found`, in the form of `wanted`."""
    changed = {}
    for key, value in wanted.items():
        if isinstance(value, dict):
            inner = changed_keys(value, found.get(key) if isinstance(found.get(key), dict) else {})
            if inner:
                changed[key] = inner
        elif key not in found or found[key] != value:
            changed[key] = value
    return changed


def removed_keys(wanted, found):
    """Keys that only this product writes and the inventory no longer has, as None, which removes a key."""
    owned = {
        "standby_cluster": set(found.get("standby_cluster") or {}) if "standby_cluster" in wanted else set(),
        "slots": {name for name in found.get("slots") or {} if name.startswith("copy_")},
    }
    removed = {key: {name: None for name in names - set(wanted.get(key, {}))} for key, names in owned.items()}
    removed = {key: names for key, names in removed.items() if names}
    if not IS_PAUSED and (found.get("pigsty") or {}).get("pause"):
        removed.update(dict.fromkeys(PAUSE))
    return removed


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
    if IS_PAUSED:
        wanted.update(PAUSE)
    found = ask()
    if "standby_cluster" in wanted and "standby_cluster" not in found:
        print("store: standby_cluster: the inventory has pg_upstream, but this cluster accepts writes: not changed")
        del wanted["standby_cluster"]
    changed = changed_keys(wanted, found)
    for key, names in removed_keys(wanted, found).items():
        changed[key] = names and {**changed.get(key, {}), **names}
    if changed:
        before = flatten(found)
        for key, value in sorted(flatten(changed).items()):
            print(f"store: {key}: {before.get(key)} -> {value}")
        ask("PATCH", json.dumps(changed).encode())
    for key in sorted(set(flatten(found)) - set(flatten({**wanted, **changed})) - MEASURED):
        print(f"store: {key} = {flatten(found)[key]}: not in the inventory, not changed")


sys.exit(converge())
