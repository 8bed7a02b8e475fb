"""What Ansible's own code reads from inventories: {file: {host: {name: value}}} as JSON, for files named on stdin.

A file that Ansible refuses has the word "refused" instead.
"""
import datetime
import json
import math
import sys

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager

MAGIC = {"inventory_file", "inventory_dir", "playbook_dir", "omit", "groups", "group_names", "inventory_hostname",
         "inventory_hostname_short", "environment"}


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"not a number of JSON: {value}"
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    return str(value)


def read(path):
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[path])
    variables = VariableManager(loader=loader, inventory=inventory)
    hosts = {}
    for host in inventory.get_hosts():
        found = variables.get_vars(host=host, include_hostvars=False)
        hosts[host.name] = {name: plain(value) for name, value in found.items()
                            if name not in MAGIC and not name.startswith("ansible_")}
    return hosts


def read_or_refuse(path):
    try:
        return read(path)
    except AnsibleError:
        return "refused"


json.dump({path: read_or_refuse(path) for path in sys.stdin.read().split()}, sys.stdout)
