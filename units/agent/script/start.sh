#!/bin/sh
# pigsty-agent: puts a bundle on this node and switches the node to it. `pigsty-agent help`; docs/bundle.md.
set -eu
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Nothing else of the caller's environment reaches the programs below: some of them take options from it.
if [ -f "$0" ] && env | grep -qv -e '^LC_ALL=' -e '^PATH=' -e '^PWD=' -e '^OLDPWD=' -e '^_=' -e '^SHLVL='; then
  exec env -i LC_ALL="$LC_ALL" PATH="$PATH" /bin/sh "$0" "$@"
fi
umask 077

# Self-check: stop if this script is corrupted. The shell runs these lines before it reads the rest, so this finds
# corruption below. `stage` hashes this file like any other, and finds corruption above or in these lines.
own_dir=$(dirname -- "$0")
own_path=$(realpath -- "$0" 2>/dev/null || :)
own_list=$own_dir/SHA256SUMS
if [ -f "$0" ] && [ -f "$own_list" ] &&
  [ "end $(sed '$d' "$own_list" | sha256sum | cut -c 1-64)" = "$(tail -n 1 "$own_list")" ]; then
  expected=$(sed -n 's/^\([0-9a-f]*\)  pigsty-agent$/\1/p' "$own_list")
  found=$(sha256sum <"$0" | cut -c 1-64)
  if [ "$found" != "$expected" ]; then
    echo "pigsty-agent: pigsty-agent: corrupted (expected sha256 $expected, found $found)" >&2
    exit 4
  fi
fi

# The contract in short; docs/bundle.md has it in full.
#
#   stage   verify a bundle, unpack its images, keep it: running services are not affected
#   apply   stage, write a numbered generation, switch /etc/pigsty/current, restart or reload the units that changed,
#           wait for health, switch /etc/pigsty/good; if it does not become healthy, go back to the good generation
#   boot    if the current generation is not good, go back to the good one
#
# The agent may be killed, or the power may fail, between any two instructions. This is safe because:
#   - everything is built under a name that begins with `.new-`, synced, and published by one rename; image trees, most
#     of the bytes, are synced when all units are healthy: after a power failure, a tree without `synced` is unpacked again;
#   - a link is replaced by renaming another over it;
#   - `switching` exists while links and settings of the host may not belong to `current`: the next run updates them again;
#   - /run/pigsty-agent records the loaded unit files, the settings, the digests at each unit's last start, and the trees
#     that this boot has unpacked. It ends with the boot, and an action is recorded only after it is done.
#
# Needs: Debian's Essential packages and systemd 252. No awk: Debian does not guarantee one.

version=0.1.0
store=/var/lib/pigsty
home=/etc/pigsty
run=/run/pigsty-agent
systemd_dir=/etc/systemd/system
lock_file=$run/lock
gate_seconds=90
zoneinfo=/usr/share/zoneinfo

verb=${1:-help}
started=$(date +%s)
work=
jobs=
any_address=no
other_site=no
may_return=yes
returns=no
stays=no
keep=3
touched=
exit_expected=no
