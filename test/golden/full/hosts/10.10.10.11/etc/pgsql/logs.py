"""Keeps the log directories of a member below their limits. It runs every minute as the owner of the logs.

PostgreSQL and Patroni begin new files themselves. pgbouncer and pgBackRest write to one file without end: a large one is
copied and emptied, which programs that append need not know of. Then the oldest files are deleted: those that are too
old, and as many as the directory is too large. The newest file of a directory stays.
"""
import os
import shutil
import sys
import time

DIRECTORIES = ["/pg/log/postgres","/pg/log/patroni","/pg/log/pgbouncer","/pg/log/pgbackrest"]
# Those whose programs append to one file.
APPENDED = ["/pg/log/pgbouncer","/pg/log/pgbackrest"]
KEEP_BYTES = 2147483648
KEEP_SECONDS = 30 * 86400
# All directories together get at most this share of their disk.
SHARE = 0.1
LARGE = 32 * 1024 * 1024


def files(directory):
    """Size, time and path of the regular files, oldest first."""
    found = []
    for entry in os.scandir(directory):
        if entry.is_file(follow_symlinks=False):
            state = entry.stat(follow_symlinks=False)
            found.append((state.st_mtime_ns, state.st_size, entry.path))
    return sorted(found)


def limit(directory):
    disk = os.statvfs(directory)
    return min(KEEP_BYTES, disk.f_blocks * disk.f_frsize * SHARE / len(DIRECTORIES))


def split(directory, large):
    for _, size, path in files(directory):
        if size > large and path.endswith(".log"):
            copy(path)
            os.truncate(path, 0)


def copy(path):
    """A full disk has no room for a copy: then the content is lost."""
    target = f"{path}.{time.time_ns()}"
    try:
        shutil.copy2(path, target)
    except OSError as error:
        print(f"{path}: not kept: {error.strerror}", file=sys.stderr)
        os.path.exists(target) and os.unlink(target)


def delete_oldest(directory, most):
    kept = files(directory)
    total = sum(size for _, size, _ in kept)
    oldest = time.time_ns() - KEEP_SECONDS * 1_000_000_000
    for modified, size, path in kept[:-1]:
        if modified >= oldest and total <= most:
            return
        os.unlink(path)
        total -= size


def main():
    for directory in DIRECTORIES:
        if not os.path.isdir(directory):
            continue
        most = limit(directory)
        if directory in APPENDED:
            split(directory, min(LARGE, most / 4))
        delete_oldest(directory, most)


main()
