"""What the parameters of a member are, by the table of Pigsty's templates (pigsty.md section 4); written from the table,
not from the compiler. JSON: [{template, cpu, memMb, diskBytes, ratio, pool, wide}] -> [{parameter: value}].
"""
import json
import math
import sys


def connections(size):
    if size["template"] in ("olap", "tiny"):
        return 100
    return 200 if size["pool"] else 1000


def locks(size):
    of_connections = connections(size)
    if size["template"] == "olap":
        return of_connections * (16 if size["wide"] else 2)
    return of_connections * (2 if size["wide"] else 1)


def parameters(size):
    template, cpu, memory = size["template"], size["cpu"], size["memMb"]
    buffers = math.ceil(round(memory * size["ratio"], 6))
    lowest, highest = {"olap": (64, 8192), "tiny": (16, 256)}.get(template, (64, 1024))
    workers = max(cpu, 8)
    gather = {"oltp": cpu // 16, "olap": math.ceil(workers / 2)}.get(template, 0)
    disk = min(max(math.ceil(size["diskBytes"] / (20 * 2**30)), 1), 100)
    return {
        "max_connections": connections(size),
        "max_locks_per_transaction": locks(size),
        "max_worker_processes": workers,
        "max_parallel_workers": workers,
        "max_parallel_maintenance_workers": max(math.ceil(cpu / 8), 2),
        "max_parallel_workers_per_gather": gather,
        "shared_buffers": f"{buffers}MB",
        "maintenance_work_mem": f"{math.ceil(buffers * (0.5 if template == 'olap' else 0.25))}MB",
        "effective_cache_size": f"{memory - buffers}MB",
        "work_mem": f"{min(max(buffers // connections(size), lowest), highest)}MB",
        "min_wal_size": f"{disk}GB",
        "max_wal_size": f"{4 * disk}GB",
        "max_slot_wal_keep_size": f"{6 * disk}GB",
        "temp_file_limit": f"{disk * (2 if template == 'olap' else 1)}GB",
    }


print(json.dumps([parameters(size) for size in json.load(sys.stdin)]))
