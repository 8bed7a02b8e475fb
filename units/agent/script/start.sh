#!/bin/sh
# pigsty-agent: puts a bundle on this node and switches the node to it. `pigsty-agent help`; docs/bundle.md.
set -eu
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077

# Self-check: stop if this script is corrupted. The shell runs these lines before it reads the rest, so this finds
# corruption below. `stage` hashes this file like any other, and finds corruption above or in these lines.
own_dir=$(dirname -- "$0")
own_list=$own_dir/SHA256SUMS
if [ -f "$0" ] && [ -f "$own_list" ] &&
  [ "end $(sed '$d' "$own_list" | sha256sum | cut -c 1-64)" = "$(tail -n 1 "$own_list")" ]; then
  expected=$(sed -n 's/^\([0-9a-f]*\)  pigsty-agent$/\1/p' "$own_list")
  found=$(sha256sum <"$0" | cut -c 1-64)
  if [ "$found" != "$expected" ]; then
    echo "pigsty-agent: pigsty-agent: damaged (expected sha256 $expected, found $found)" >&2
    exit 4
  fi
fi

# The contract in short; docs/bundle.md has it in full.
#
#   stage   verify a bundle, unpack its images, keep it: running services notice nothing
#   apply   stage, write a numbered generation, flip /etc/pigsty/current, restart or reload the units that changed,
#           wait for health, flip /etc/pigsty/good
#   boot    the current generation never became good: go back to the good one
#
# The agent may be killed, or the power may fail, between any two instructions. What makes that safe:
#   - everything is built under a name that begins with `.new-`, synced, and published by one rename; image trees, most
#     of the bytes, are synced when all units are healthy: after a power cut, a tree without `synced` is unpacked again;
#   - a link is replaced by renaming another over it;
#   - `switching` exists while links and settings of the host may not belong to `current`: the next run makes them again;
#   - /run/pigsty-agent holds what systemd was last told (unit files loaded, settings, the digests each unit was started
#     with) and which trees this boot has unpacked: it ends with the boot, and an action is noted there only after
#     it was taken.
#
# Needs: Debian's Essential packages and systemd 252. No awk: Debian promises none in particular.

version=0.1.0
store=/var/lib/pigsty
home=/etc/pigsty
run=/run/pigsty-agent
systemd_dir=/etc/systemd/system
lock_file=/run/lock/pigsty.lock
gate_seconds=90
zoneinfo=/usr/share/zoneinfo

verb=${1:-help}
started=$(date +%s)
work=
jobs=
meant=no
