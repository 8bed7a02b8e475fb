#!/bin/sh
# initdb for Patroni (postgresql.bin_name), called with options, then the data directory. Creates the database cluster
# under another name and renames it: an interrupted initdb leaves files that Patroni neither uses nor replaces.
set -eu
left=$#
for word; do
    shift
    left=$((left - 1))
    if [ "$left" -gt 0 ]; then set -- "$@" "$word"; else data=$word; fi
done
# A mount point cannot be replaced.
[ ! -d "$data" ] || rmdir "$data" || exec /usr/lib/postgresql/17/bin/initdb "$@" "$data"
rm -rf "$data.draft"
/usr/lib/postgresql/17/bin/initdb "$@" "$data.draft"
mv -T "$data.draft" "$data"
sync "${data%/*}"
