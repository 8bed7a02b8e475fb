#!/bin/sh
# pigsty-agent: puts a bundle on this node and switches the node to it. `pigsty-agent help`; docs/bundle.md.
set -eu
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 077

# A damaged agent must not judge. The shell runs these lines before it reads on, so damage below is found here, and
# damage above or here by `stage`, which hashes this file like any other.
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
#   stage   verify a bundle, unpack its images, keep it: nothing that runs notices
#   apply   stage, write a numbered generation, flip /etc/pigsty/current, touch the units that changed, wait for health,
#           flip /etc/pigsty/good
#   boot    the node came up on a generation that never became good: back to the good one
#
# It may be killed, or the power cut, between any two instructions. What makes that safe:
#   - everything is built under a name that begins with `.new-`, synced, and published by one rename; image trees, the
#     bulk, are synced once all is well: a tree that a power cut found without `synced` is unpacked again;
#   - a link is replaced by renaming another over it;
#   - `switching` exists while links and settings of the host may not belong to `current`: whoever finds it does them
#     again;
#   - /run/pigsty-agent holds what systemd was last told (unit files loaded, settings, the digests each unit was started
#     with) and which trees this boot has unpacked: it vanishes with the boot it describes, and an action is noted there
#     only after it was taken.
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

# --- words and endings ------------------------------------------------------------------------------------------------

say() { printf 'pigsty-agent: %s\n' "$*" >&2; }

# fail CODE MESSAGE: 1 unexpected, 2 usage or a node that cannot take the bundle, 4 verification, 6 health.
fail() {
  code=$1
  shift
  say "$@"
  end "$code"
}

end() { # CODE
  meant=yes
  exit "$1"
}

# Leaves nothing behind, however the script ends. Background jobs come first: they write into what is removed. Any other
# exit than those that are meant is a command that failed: its own message stands above.
clean_up() {
  code=$?
  trap '' EXIT INT TERM HUP
  if [ "$code" -ne 0 ] && [ "$meant" = no ]; then
    code=1
    say "$verb: stopped by an error; run it again, it takes up where it was"
  fi
  for job in $jobs; do kill "$job" 2>/dev/null || :; done
  [ -z "$jobs" ] || wait
  remove_leftovers
  exit "$code"
}

# Whatever an earlier run was killed over: drafts, and links and files that were not renamed yet. Only under the lock.
remove_leftovers() {
  rm -rf "$store"/images/.new-* "$store"/bundles/.new-* "$home"/generations/.new-* "$run"/.new-* 2>/dev/null || :
  rm -f "$run/replace" "$store"/*.new "$store"/state/*.new "$home"/*.new 2>/dev/null || :
  rmdir "$store/images" "$store/bundles" "$store" "$home/generations" "$home" 2>/dev/null || :
}

# One agent at a time. The lock goes with descriptor 9: with this process, and with the tools it has called. So whoever
# follows an agent that was killed waits for the tar or sync that outlived it. What may live longer is started without.
lock() {
  [ "$(id -u)" -eq 0 ] || fail 2 "$verb: only root may do this"
  [ -d /run/systemd/system ] || fail 2 "$verb: this node does not run systemd"
  make_dir 0755 /run/lock
  exec 9>>"$lock_file"
  tries=0
  until flock -n 9; do
    holder=$(head -n 1 "$lock_file")
    if kill -0 "${holder:-0}" 2>/dev/null || [ "$tries" -ge 300 ]; then
      fail 2 "$verb: another pigsty-agent is at work (pid $holder); try again when it is done"
    fi
    tries=$((tries + 1))
    sleep 0.1
  done
  echo "$$" >"$lock_file"
  trap clean_up EXIT
  trap 'end 130' INT
  trap 'end 143' TERM HUP
  remove_leftovers
  make_dir 0755 "$run" "$run/unpacked"
  drop_lost_trees
  work=$(mktemp -d "$run/.new-XXXXXX")
}

systemctl() { command systemctl --no-ask-password "$@" 9>&-; }

# --- small tools ------------------------------------------------------------------------------------------------------

# The manifest is `$manifest`; its records of one kind, without the kind.
records() { sed -n "s/^$1 //p" "$manifest"; }

# The second word of a record that occurs once, or nothing.
field() { sed -n "s/^$1 \([^ ]*\).*/\1/p" "$manifest"; }

# Of the paths on standard input, those that exist and pass the tests of find that are given. -H follows links, -P does
# not.
find_these() { # -H|-P TEST...
  follow=$1
  shift
  # shellcheck disable=SC2185 # the paths come by -files0-from
  tr '\n' '\0' | find "$follow" -files0-from - -maxdepth 0 "$@" 2>/dev/null || :
}

hash_of() { sha256sum <"$1" | cut -c 1-64; }

# Of the file system that PATH is on, or will be on; nothing without a path.
bytes_of() { # size|avail PATH
  [ -n "$2" ] || return 0
  path=$2
  while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
  df --output="$1" -B 1 -- "$path" | tail -n 1 | tr -d ' '
}

# Parents that are missing too become 0755.
make_dir() { # MODE PATH...
  mode=$1
  shift
  # shellcheck disable=SC2174 # that only the last one gets the mode is what is wanted
  for path in "$@"; do [ -d "$path" ] || (umask 022 && mkdir -p -m "$mode" -- "$path"); done
}

# point LINK TARGET: the link changes from one target to the other with nothing in between, on disk too.
point() {
  ln -sfn -- "$2" "$1.new"
  mv -T -- "$1.new" "$1"
  sync "${1%/*}/"
}

# write_file PATH: standard input becomes its content, whole or not at all.
write_file() {
  cat >"$1.new"
  sync "$1.new"
  mv -T -- "$1.new" "$1"
  sync "${1%/*}/"
}

# --- verification -----------------------------------------------------------------------------------------------------

damaged() { fail 4 "$1: damaged (expected sha256 $2, found $3)"; }

# The list's own last line first: only then is it a measure for the rest. Works in the bundle's directory.
check_list() {
  sed '$d' SHA256SUMS >"$work/listed"
  tail -n 1 SHA256SUMS >"$work/end"
  found=$(hash_of "$work/listed")
  printf 'end %s\n' "$found" | cmp -s - "$work/end" ||
    damaged SHA256SUMS "$(tr -cd 0-9a-f <"$work/end" | tail -c 64)" "$found"
  if grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9._][A-Za-z0-9._/-]*$' "$work/listed" || grep -q '\.\.' "$work/listed" ||
    sed '/^\([0-9a-f]*\)  blobs\/sha256\/\1$/d' "$work/listed" | grep -q '  blobs/'; then
    fail 4 "SHA256SUMS: malformed"
  fi
}

check_one() { # PATH
  expected=$(sed -n "s|  $1\$||p" "$work/listed")
  if [ -z "$expected" ] || [ ! -f "$1" ]; then fail 4 "$1: missing"; fi
  found=$(hash_of "$1")
  [ "$expected" = "$found" ] || damaged "$1" "$expected" "$found"
}

# Lines `<hex>  <path>` for the paths in file $1. OpenSSL uses the processor's SHA instructions, Debian 12's coreutils
# does not.
hash_list() {
  if command -v openssl >/dev/null; then
    xargs -r -d '\n' openssl dgst -sha256 -r <"$1" | sed 's/ \*/  /'
  else
    xargs -r -d '\n' sha256sum -- <"$1"
  fi
}

# Every listed file, by two processes: ordered by size, one takes the odd lines and the other the even ones.
check_files() {
  cut -c 67- "$work/listed" >"$work/paths"
  find blobs ! -type d | sort >"$work/present"
  unlisted=$(sort "$work/paths" | comm -13 - "$work/present" | head -n 1)
  [ -z "$unlisted" ] || fail 4 "$unlisted: not listed in SHA256SUMS"
  xargs -d '\n' stat -c '%s %n' -- <"$work/paths" 2>/dev/null | sort -rn | cut -d ' ' -f 2- >"$work/by-size" || :
  sed -n 'p;n' "$work/by-size" >"$work/odd"
  sed -n 'n;p' "$work/by-size" >"$work/even"
  hash_list "$work/even" >"$work/found-even" &
  even=$!
  jobs="$jobs $even"
  hash_list "$work/odd" >"$work/found-odd" || :
  wait "$even" || :
  sort "$work/found-odd" "$work/found-even" >"$work/found"
  sort "$work/listed" | comm -13 "$work/found" - >"$work/wrong"
  [ -s "$work/wrong" ] || return 0
  while read -r expected path; do
    found=$(sed -n "s|  $path\$||p" "$work/found")
    if [ -n "$found" ]; then
      say "$path: damaged (expected sha256 $expected, found $found)"
    else
      say "$path: missing"
    fi
  done <"$work/wrong"
  end 4
}

# --- stage ------------------------------------------------------------------------------------------------------------

# Sets `manifest` and `digest` from a bundle in the working directory. A bundle that was verified before is not hashed
# again: its manifest names everything by digest.
read_bundle() {
  if [ ! -f bundle ] || [ ! -f SHA256SUMS ]; then fail 2 "$verb: $PWD holds no bundle"; fi
  manifest=$PWD/bundle
  digest=$(hash_of bundle)
  is_staged && return
  check_list
  check_one bundle
  check_format
}

check_format() {
  [ "$(head -n 1 "$manifest")" = "pigsty-bundle 1" ] ||
    fail 2 "$verb: $(head -n 1 "$manifest" | cut -c 1-40): a format that this agent does not know; use the bundle's own"
}

is_staged() {
  cmp -s "$manifest" "$store/bundles/$digest/bundle" || return 1
  for id in $(records image | cut -d ' ' -f 2); do [ -d "$store/images/$id" ] || return 1; done
}

# The bulk of the bytes goes to disk when nobody waits for anything else.
keep_trees() {
  for mark in "$run"/unpacked/*; do
    [ -e "$mark" ] || return 0
    tree=$store/images/${mark##*/}
    if [ -d "$tree" ]; then
      sync -f "$tree"
      : >"$tree/synced"
      sync "$tree/synced" "$tree"
    fi
    rm -f "$mark"
  done
}

# Unpacked by an earlier boot that ended before they were on disk.
drop_lost_trees() {
  for tree in "$store"/images/*/; do
    id=$(basename "$tree")
    if [ -d "$tree" ] && [ ! -e "$tree/synced" ] && [ ! -e "$run/unpacked/$id" ]; then
      mv -T -- "$tree" "$store/images/.new-$id"
      rm -rf "$store/images/.new-$id"
    fi
  done
}

# Works in the bundle's directory, after read_bundle. Images are unpacked while everything is hashed; nothing is
# published before all hashes are right.
stage() {
  if ! is_staged; then
    missing_images
    check_space
    make_dir 0755 "$store" "$store/images"
    make_dir 0700 "$store/bundles"
    start_unpacking
    check_files
    finish_unpacking
    copy_bundle
    publish
    say "stage: $(wc -l <"$work/images") images, $((($(stat -c %s blobs/sha256/* | paste -s -d +)) / 1000000)) MB"
  fi
  [ "$(readlink "$store/staged" || :)" = "bundles/$digest" ] || point "$store/staged" "bundles/$digest"
}

# Images of the bundle whose tree is not here yet: `<name> <id> <layer>,…`, one line for each tree.
missing_images() {
  records image | sort -u -k 2,2 >"$work/images"
  : >"$work/missing"
  while read -r name id layers; do
    [ -d "$store/images/$id" ] || echo "$name $id $layers" >>"$work/missing"
  done <"$work/images"
  cut -d ' ' -f 3 "$work/missing" | tr ',' '\n' | sed 's|^|blobs/sha256/|' >"$work/layers"
  records '\(config\|secrets\)' | sed 's|^|blobs/sha256/|' >"$work/parts"
  cat "$work/layers" "$work/parts" >"$work/needed"
  while read -r path; do
    [ -f "$path" ] || grep -q "  $path\$" "$work/listed" ||
      fail 2 "$verb: $path is neither in the bundle nor, unpacked, on this node"
  done <"$work/needed"
}

check_space() {
  needed=67108864
  for size in $(xargs -r -d '\n' stat -c %s -- <"$work/layers" 2>/dev/null || :); do
    needed=$((needed + size + size / 20))
  done
  free=$(bytes_of avail "$store")
  [ "$free" -ge "$needed" ] ||
    fail 2 "$verb: $store has $((free / 1000000)) MB free, the bundle needs $((needed / 1000000)) MB"
}

# One background job for each image; `$work/unpack` holds `<pid> <id> <directory>`.
start_unpacking() {
  : >"$work/unpack"
  unpack_bases
  while read -r name id layers; do
    tree=$(mktemp -d "$store/images/.new-XXXXXX")
    (
      trap 'kill "$!" 2>/dev/null; wait; exit 1' TERM
      unpack_image "$tree" "$layers"
    ) >"$work/unpack-$id.log" 2>&1 &
    jobs="$jobs $!"
    echo "$! $id $tree" >>"$work/unpack"
  done <"$work/missing"
}

# A bottom layer that several images share is unpacked once; their trees get links to its files, which nobody writes.
unpack_bases() {
  for layer in $(cut -d ' ' -f 3 "$work/missing" | cut -d , -f 1 | sort | uniq -d); do
    mkdir "$store/images/.new-$layer"
    # An image's own job will say why it cannot be unpacked.
    unpack_layer "$store/images/.new-$layer" "$layer" 2>/dev/null || rm -rf "$store/images/.new-$layer"
  done
}

# tar is waited for and not called: a signal can end it. It removes a file before it writes one of the same name.
unpack_layer() { # DIRECTORY LAYER
  tar -x -p --numeric-owner --xattrs --xattrs-include='*' --keep-directory-symlink -C "$1" -f "blobs/sha256/$2" &
  wait "$!"
}

unpack_image() { # DIRECTORY LAYERS
  chmod 0755 "$1"
  mkdir -m 0755 "$1/rootfs"
  base=$store/images/.new-${2%%,*}
  [ ! -d "$base" ] || cp -al "$base/." "$1/rootfs/"
  layers=$(echo "$2" | tr ',' ' ')
  [ ! -d "$base" ] || layers=${layers#"${2%%,*}"}
  for layer in $layers; do unpack_layer "$1/rootfs" "$layer"; done
  chmod 0755 "$1/rootfs"
  link_host_files "$1/rootfs"
  list_tree "$1/rootfs" >"$1/tree"
}

# What the host replaces by rename is seen at once through the host's /etc; a bind mount of the file would keep the old.
link_host_files() { # ROOTFS
  make_dir 0755 "$1/etc"
  set -- "$1/etc" hosts resolv.conf localtime passwd group
  etc=$1
  shift
  for name in "$@"; do
    rm -rf "${etc:?}/$name"
    ln -s "/run/host/etc/$name" "$etc/$name"
  done
}

# One line for each link and each file that is not empty. Directories and empty files are left out: systemd makes
# them where a unit's mounts need a place.
list_tree() { # ROOTFS
  find "$1" \( -type l -printf '%P %l\n' \) -o \( -type f -size +0 -printf '%P %m %U %G %s %T@\n' \) | sort
}

finish_unpacking() {
  while read -r pid id tree; do
    wait "$pid" || fail 1 "stage: image $id: $(tail -n 3 "$work/unpack-$id.log")"
  done <"$work/unpack"
  jobs=
}

copy_bundle() {
  parts=$(mktemp -d "$store/bundles/.new-XXXXXX")
  cp bundle pigsty-agent "$parts/"
  cp "blobs/sha256/$(field config)" "$parts/config.tar"
  cp "blobs/sha256/$(field secrets)" "$parts/secrets.tar"
  chmod 0700 "$parts/pigsty-agent"
  sync "$parts"/* "$parts"
}

# The bundle last: where it is, its images are.
publish() {
  while read -r _ id tree; do
    : >"$run/unpacked/$id"
    mv -T -- "$tree" "$store/images/$id"
  done <"$work/unpack"
  sync "$store/images"
  rm -rf "$store/bundles/$digest"
  mv -T -- "$parts" "$store/bundles/$digest"
  sync "$store/bundles"
}

# --- preflight: refuse before anything changes ------------------------------------------------------------------------

preflight() {
  check_ids passwd
  check_ids group
  check_places
  while read -r state path; do check_state "$state" "$path"; done <"$work/states"
}

# Every user, and the group of the same name, is either absent from this node or exactly ours.
check_ids() { # passwd|group
  records user | cut -d ' ' -f 1-3 >"$work/users"
  case $1 in passwd) id_field=2 ;; *) id_field=3 ;; esac
  # shellcheck disable=SC2046 # names and ids are single words
  getent "$1" $(cut -d ' ' -f 1,"$id_field" "$work/users") >"$work/known" || :
  while read -r name uid gid; do
    while IFS=: read -r known_name _ known_id known_gid _; do refuse_clash "$1"; done <"$work/known"
  done <"$work/users"
}

refuse_clash() { # passwd|group; reads the names of the loop in check_ids
  case $1 in
    passwd) what=user ours="uid $uid, gid $gid" theirs="uid $known_id, gid $known_gid" id=$uid ;;
    *) what=group ours="gid $gid" theirs="gid $known_id" id=$gid ;;
  esac
  [ "$name" = "$known_name" ] || [ "$id" = "$known_id" ] || return 0
  [ "$name" = "$known_name" ] && [ "$ours" = "$theirs" ] && return 0
  fail 2 "$verb: the bundle needs $what $name ($ours); this node has $what $known_name ($theirs)"
}

# A link never replaces a directory, and a directory never a file. A directory behind a link is one that root has put
# there: a service could lead root astray from inside its own directory.
check_places() {
  cut -d ' ' -f 1 "$work/wanted" | find_these -P -type d >"$work/in-the-way"
  refuse_first 'is a directory; the bundle wants a link there'
  records directory | cut -d ' ' -f 5 >"$work/directory-paths"
  find_these -H ! -type d <"$work/directory-paths" >"$work/in-the-way"
  refuse_first 'is not a directory; the bundle wants one there'
  find_these -P -type l ! -user root <"$work/directory-paths" >"$work/in-the-way"
  refuse_first 'is a link that root did not make; the bundle wants a directory there'
}

refuse_first() { # MESSAGE
  [ ! -s "$work/in-the-way" ] || fail 2 "$verb: $(head -n 1 "$work/in-the-way") $1"
}

marker_of() { echo "$(field site) $(field host) $1"; }

# State that this node has initialised is there, at its place; state of another site or host stays untouched; a
# directory with files that nobody vouches for is not taken over.
check_state() { # STATE PATH
  if [ -f "$2/.pigsty-state" ]; then
    marker=$(head -c 1000 "$2/.pigsty-state")
    [ "$marker" = "$(marker_of "$1")" ] ||
      fail 2 "$verb: $2 holds the state of \"$marker\", not of \"$(marker_of "$1")\"; mount the right disk, or move" \
        "it away"
    return 0
  fi
  if [ -f "$store/state/$1" ]; then
    known=$(head -n 1 "$store/state/$1")
    fail 2 "$verb: state $1 was initialised on this node in $known, but there is no $2/.pigsty-state;" \
      "mount its disk (or move the data there); if it is lost for good, remove $store/state/$1"
  fi
  foreign=$(find "$2" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.pigsty-state*' -print -quit 2>/dev/null) || :
  [ -z "$foreign" ] ||
    fail 2 "$verb: $2 is not empty ($foreign) and was not made by a bundle; move it away, or, if it is the state" \
      "of this host, write \"$(marker_of "$1")\" to $2/.pigsty-state"
}

# --- generation -------------------------------------------------------------------------------------------------------

# Sets `generation`. The current one or the newest is taken again if it came from this bundle: an earlier run wrote it.
write_generation() {
  parts=$store/bundles/$digest
  make_dir 0755 "$home" "$home/generations"
  newest=$(find "$home/generations" -mindepth 1 -maxdepth 1 -name '[0-9]*-*' -printf '%f\n' | sort -n | tail -n 1)
  for generation in "$(name_of "$home/current")" "$newest"; do
    cmp -s "$home/generations/$generation/bundle" "$manifest" && return
  done
  number=${newest%%-*}
  generation=$((${number:-0} + 1))-$(echo "$digest" | cut -c 1-12)
  new=$(mktemp -d "$home/generations/.new-XXXXXX")
  for part in config secrets; do tar -x --no-same-owner -C "$new" -f "$parts/$part.tar"; done
  cp "$parts/bundle" "$new/bundle"
  check_generation "$new"
  create_users "$new"
  write_measured "$new"
  set_owners "$new"
  find "$new" \( -type f -o -type d \) -exec sync {} +
  mv -T -- "$new" "$home/generations/$generation"
  sync "$home/generations"
}

# What lies there is what the manifest lists: the same files, the same bytes. `verify` uses it too: measured files are
# only there once they are measured.
check_generation() { # DIRECTORY
  records file | cut -d ' ' -f 1,5 >"$work/files"
  sed '/^measured /d;s/ /  /' "$work/files" >"$work/sums"
  if ! (cd "$1" && sha256sum -c --quiet --strict "$work/sums") >"$work/sums.log" 2>&1; then
    fail 4 "$1: $(grep -v WARNING "$work/sums.log" | head -n 3 | paste -s -d ' ')"
  fi
  (cut -d ' ' -f 2 "$work/files" && echo bundle) | sort >"$work/expected-files"
  find "$1" ! -type d -printf '%P\n' | sort | comm -13 "$work/expected-files" - >"$work/extra"
  [ ! -s "$work/extra" ] || fail 4 "$1: $(head -n 1 "$work/extra"): not in the manifest"
}

# Links that end in sysusers.d tell where the bundle declares its users.
create_users() { # DIRECTORY
  for path in $(records file | sed -n 's|^.* \([^ ]*\) /etc/sysusers\.d/[^ ]*$|\1|p'); do
    systemd-sysusers "$1/$path" >"$work/sysusers.log" 2>&1 9>&- ||
      fail 1 "$verb: $path: $(tail -n 1 "$work/sysusers.log")"
  done
  check_ids passwd
  check_ids group
}

# A measured file is what the script of the same path below measure/ prints on this node.
write_measured() { # DIRECTORY
  grep -q '^file measured ' "$manifest" || return 0
  PIGSTY_CPU=$(nproc)
  PIGSTY_MEM_MB=$(memory_mb)
  PIGSTY_DISK_BYTES=$(bytes_of size "$(field disk)")
  export PIGSTY_CPU PIGSTY_MEM_MB PIGSTY_DISK_BYTES
  for path in $(records file | sed -n 's|^measured [^ ]* [^ ]* [^ ]* \([^ ]*\) .*|\1|p'); do
    mkdir -p "$(dirname "$1/$path")"
    (cd "$1" && exec timeout 60 sh "measure/$path") >"$1/$path" </dev/null 9>&- || fail 1 "apply: measure/$path failed"
  done
}

# MiB, rounded up: of the machine, or of the container when that has less.
memory_mb() {
  bytes=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) * 1024))
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  [ "$limit" = max ] || [ "$limit" -ge "$bytes" ] || bytes=$limit
  echo $(((bytes + 1048575) / 1048576))
}

# One chown and one chmod for each combination, not for each file.
set_owners() { # DIRECTORY
  find "$1" -type d -exec chmod 0755 {} +
  chmod 0644 "$1/bundle"
  records file | cut -d ' ' -f 2-4 | sort -u >"$work/owners"
  while read -r mode owner group; do
    records file | sed -n "s|^[^ ]* $mode $owner $group \([^ ]*\) .*|$1/\1|p" >"$work/owned"
    xargs -d '\n' chown -- "$owner:$group" <"$work/owned"
    xargs -d '\n' chmod -- "$mode" <"$work/owned"
  done <"$work/owners"
}

# --- directories and state --------------------------------------------------------------------------------------------

# Parents first, as the manifest lists them; one find tells which differ. State is marked before anything is put into
# its directory: what is neither empty nor marked would be refused as unknown.
make_directories() {
  [ -d "$store/state" ] || mkdir "$store/state"
  records directory >"$work/directories"
  cut -d ' ' -f 5 "$work/directories" | find_these -H -type d -printf '%#m %u %g %p\n' >"$work/existing"
  while read -r mode owner group state path; do
    grep -qxF "$mode $owner $group $path" "$work/existing" || install -d -m "$mode" -o "$owner" -g "$group" -- "$path"
    [ "$state" = - ] || mark_state "$state" "$path"
  done <"$work/directories"
}

# The marker before the record: a record without its marker means that the disk is gone.
mark_state() { # STATE PATH
  [ -f "$2/.pigsty-state" ] || marker_of "$1" | (umask 022 && write_file "$2/.pigsty-state")
  [ "$(cat "$store/state/$1" 2>/dev/null || :)" = "$2" ] || echo "$2" | write_file "$store/state/$1"
}

# --- links on the host ------------------------------------------------------------------------------------------------

# `<path> <target>` of every link that the manifest asks for; `=<text>` stands for a file with that line.
wanted_links() {
  {
    sed -n -E "
      s|^file [^ ]+ [^ ]+ [^ ]+ [^ ]+ ([^ ]+) (/[^ ]+)\$|\2 $home/current/\1|p
      s|^unit ([^ ]+) .*|$systemd_dir/\1 $home/current/units/\1|p
      s|^link ([^ ]+ [^ ]+)\$|\1|p
      s|^hostname ([^ ]+)\$|/etc/hostname =\1|p
      s|^timezone ([^ ]+)\$|/etc/localtime $zoneinfo/\1|p
    " "$manifest"
    wanted_by multi-user.target pigsty.target
    wanted_by sysinit.target pigsty-boot.service
  } | sort -u | known_zone
}

wanted_by() { # TARGET UNIT: the link that pulls our unit in at boot
  sed -n "s|^unit $2 .*|$systemd_dir/$1.wants/$2 $systemd_dir/$2|p" "$manifest"
}

# Drops the link of a time zone that this host does not know.
known_zone() {
  zone=$(field timezone)
  if [ -z "$zone" ] || [ -f "$zoneinfo/$zone" ]; then cat; else sed '\|^/etc/localtime |d'; fi
}

# `$store/links` lists what we own on the host. It names a link before the link exists, and until it is gone.
settle_links() {
  ledger=$store/links
  [ -f "$ledger" ] || : >"$ledger"
  cut -d ' ' -f 1 "$work/wanted" >"$work/wanted-paths"
  join -v 1 "$ledger" "$work/wanted-paths" >"$work/stale"
  sort -u "$work/wanted" "$ledger" >"$work/owned-links"
  cut -d ' ' -f 5 /proc/self/mountinfo | sort | join "$work/owned-links" - | cut -d ' ' -f 1 >"$work/mounts"
  cmp -s "$work/owned-links" "$ledger" || write_file "$ledger" <"$work/owned-links"
  find_these -P -type l -printf '%p %l\n' <"$work/wanted-paths" | sort >"$work/links-there"
  comm -23 "$work/wanted" "$work/links-there" >"$work/links-missing"
  while read -r path target; do put_link "$path" "$target"; done <"$work/links-missing"
  while read -r path target; do drop_link "$path" "$target"; done <"$work/stale"
  cmp -s "$work/wanted" "$ledger" || write_file "$ledger" <"$work/wanted"
  zone=$(field timezone)
  [ -z "$zone" ] || [ -f "$zoneinfo/$zone" ] || say "warning: time zone $zone: this host has no $zoneinfo/$zone"
  set_host_name "$(field hostname)"
}

# To disk: every directory that has, or had, a link of ours, and those above it.
sync_places() {
  cut -d ' ' -f 1 "$work/owned-links" | while read -r path; do
    while [ -n "$path" ]; do path=${path%/*} && echo "${path:-/}"; done
  done | sort -u | find_these -H -type d | xargs -d '\n' sync --
}

# Of the paths in the ledger.
is_mount_point() { [ -s "$work/mounts" ] && grep -qxF -- "$1" "$work/mounts"; }

put_link() { # PATH TARGET
  case $2 in
    =*) put_text "$1" "${2#=}" ;;
    *)
      if is_mount_point "$1"; then
        put_content "$1" "$2"
      elif [ -e "$1" ] || [ -L "$1" ]; then
        keep_original "$1"
        ln -sfn -- "$2" "$1.pigsty-new"
        mv -T -- "$1.pigsty-new" "$1"
      else
        make_dir 0755 "${1%/*}/"
        ln -sT -- "$2" "$1"
      fi
      ;;
  esac
}

# A mount point cannot be replaced by a link (containers mount /etc/hosts and the like): its content can.
put_content() { # PATH TARGET
  cmp -s "$1" "$2" && return
  [ -e "$store/original$1" ] || keep_original "$1"
  if cat "$2" >"$1"; then
    say "warning: $1 is a mount point: written in place"
  else
    say "warning: $1 is a mount point, and cannot be written"
  fi
}

put_text() { # PATH LINE
  [ "$(cat "$1" 2>/dev/null || :)" != "$2" ] || return 0
  is_ours "$1 =$(cat "$1" 2>/dev/null || :)" || keep_original "$1"
  if is_mount_point "$1"; then
    echo "$2" >"$1"
  else
    echo "$2" >"$1.pigsty-new"
    chmod 0644 "$1.pigsty-new"
    sync "$1.pigsty-new"
    mv -T -- "$1.pigsty-new" "$1"
  fi
}

is_ours() { grep -qxF -- "$1" "$work/owned-links"; } # LINE of the ledger

# Links that the ledger knows are ours. Everything else is kept, and what was kept before is kept beside it.
keep_original() { # PATH
  [ -e "$1" ] || [ -L "$1" ] || return 0
  is_ours "$1 $(readlink -- "$1" || :)" && return
  cmp -s "$1" "$store/original$1" && return
  make_dir 0700 "$store/original"
  mkdir -p "$store/original${1%/*}"
  cp -a -- "$1" "$store/original.new"
  [ -L "$1" ] || sync "$store/original.new"
  mv -T --backup=numbered -- "$store/original.new" "$store/original$1"
  sync "$store/original${1%/*}"
  say "note: $1 was there before: kept as $store/original$1"
}

# A link of ours that is no longer wanted. What somebody else has put in its place stays.
drop_link() { # PATH TARGET
  rm -f -- "$1.pigsty-new"
  kept=$store/original$1
  if is_mount_point "$1"; then
    [ ! -f "$kept" ] || cat "$kept" >"$1"
  elif [ "$(readlink -- "$1" || :)" = "$2" ] || [ "${2#=}" != "$2" ]; then
    if [ -e "$kept" ] || [ -L "$kept" ]; then
      cp -a -- "$kept" "$1.pigsty-new"
      mv -T -- "$1.pigsty-new" "$1"
      sync -f "${1%/*}/"
      rm -f -- "$kept"
    elif [ "${2#=}" = "$2" ]; then
      rm -f -- "$1"
    fi
  fi
}

set_host_name() { # NAME
  [ -z "$1" ] || [ "$(cat /proc/sys/kernel/hostname)" = "$1" ] || hostname "$1" ||
    say "warning: the host name cannot be set here"
}

# --- settings of the host ---------------------------------------------------------------------------------------------

# `<hash> <path> <link>` of files that the host reads at boot, and that we hand over when they changed.
# Measured files count as changed with each generation.
settings() {
  records file | cut -d ' ' -f 1,5,6 | grep -E ' /etc/(sysctl|modules-load|tmpfiles)\.d/' |
    sed "s/^measured /$(name_of "$home/current") /" | sort
}

apply_settings() {
  settings >"$work/settings"
  sort "$run/settings" 2>/dev/null | comm -13 - "$work/settings" >"$work/settings-changed" || :
  [ -s "$work/settings-changed" ] || { cp "$work/settings" "$run/settings" && return; }
  # Modules first: some sysctl keys exist only with them.
  hand_over modules-load /usr/lib/systemd/systemd-modules-load
  hand_over sysctl /usr/lib/systemd/systemd-sysctl
  hand_over tmpfiles systemd-tmpfiles --create
  cp "$work/settings" "$run/settings"
}

# A key or module that a container cannot set is a warning: the node may still do its work.
hand_over() { # DIRECTORY PROGRAM...
  files=$(sed -n "s|^[^ ]* [^ ]* \(/etc/$1\.d/[^ ]*\)\$|\1|p" "$work/settings-changed")
  shift
  [ -n "$files" ] || return 0
  # shellcheck disable=SC2086 # paths are single words
  "$@" $files >"$work/settings.log" 2>&1 9>&- ||
    say "warning: $(basename "$1"): $(tail -n 3 "$work/settings.log" | paste -s -d ';')"
}

# --- units ------------------------------------------------------------------------------------------------------------

# `$work/units`: `<name> <activation> <restart> <reload>` in the order of the `after` lists. tsort orders the names, nl
# numbers them, join brings back the other fields.
order_units() {
  records unit | sort >"$work/by-name"
  unit_pairs | tsort | nl -w 1 -s ' ' | sort -k 2,2 |
    join -1 2 -2 1 -o 1.1,2.1,2.2,2.3,2.4 - "$work/by-name" | sort -n | cut -d ' ' -f 2- >"$work/units"
}

# For tsort: `<before> <unit>`, and each unit with itself, as it may stand alone.
unit_pairs() {
  records unit | while read -r name _ _ _ _ after; do
    echo "$name $name"
    for before in $(echo "$after" | tr ',' ' '); do [ "$before" = - ] || echo "$before $name"; done
  done
}

# `$work/states-now`: the same lines with the unit's state in front. One call, however many units.
read_states() {
  # shellcheck disable=SC2046 # unit names are single words
  systemctl is-active $(cut -d ' ' -f 1 "$work/units") >"$work/active" || :
  [ -s "$work/active" ] || fail 1 "$verb: systemd does not answer"
  paste -d ' ' "$work/active" "$work/units" >"$work/states-now"
}

# True if no unit needs a start: what pigsty.target wants is active or passed over, one-shots have run.
all_units_run() {
  read_states
  while read -r unit_state name activation restart _; do
    case $activation:$unit_state in
      none:* | start:active | timer:active) ;;
      rerun:inactive | rerun:active) has_run || return 1 ;;
      start:inactive) is_passed_over "$name" || return 1 ;;
      *) return 1 ;;
    esac
  done <"$work/states-now"
}

# This boot has tried to start the unit, and its condition was not met. A unit that nobody tried says `no` as well.
is_passed_over() { # NAME
  case $(systemctl show -p ConditionResult -p ConditionTimestampMonotonic "$1") in
    *ConditionTimestampMonotonic=0*) return 1 ;;
    *ConditionResult=no*) ;;
    *) return 1 ;;
  esac
}

# The one-shot's last run was with this digest, and succeeded.
has_run() { [ "$(cat "$store/ran/$name" 2>/dev/null || :)" = "$restart" ]; }

# Units that the new manifest does not have, while their files are still in force; last started, first stopped.
stop_gone_units() {
  [ -f "$store/links" ] || return 0
  gone=$(join -v 1 "$store/links" "$work/wanted" | sed -n "s|^$systemd_dir/\([^/ ]*\) .*|\1|p")
  [ -n "$gone" ] || return 0
  for name in $gone; do
    say "$verb: stops $name, which is gone"
    rm -f "$run/units/$name" "$store/ran/$name"
  done
  # shellcheck disable=SC2086 # unit names are single words
  systemctl stop $gone 2>"$work/stop.log" || grep -v 'not loaded' "$work/stop.log" >&2 || :
}

# What systemd has read: the hashes of unit files and drop-ins.
unit_files() { records file | cut -d ' ' -f 1,5,6 | grep -E '^[^ ]+ units/| /etc/systemd/' | sort || :; }

reload_systemd() {
  unit_files >"$work/unit-files"
  cmp -s "$work/unit-files" "$run/loaded" && return
  systemctl daemon-reload
  cp "$work/unit-files" "$run/loaded"
}

# Decides for each unit, then tells systemd once. Starts do not block: etcd may wait for members that are still in
# their boxes. What must wait for another says so itself, by After=. reset-failed also forgets how often a unit was
# started lately: what is asked for here is no crash loop.
run_units() {
  starts='' reloads=''
  read_states
  while read -r unit_state name activation restart reload; do choose_action; done <"$work/states-now"
  # shellcheck disable=SC2086 # unit names are single words
  if [ -n "$starts" ]; then
    systemctl reset-failed $starts 2>/dev/null || :
    systemctl restart --no-block $starts || :
  fi
  note_units "$starts"
  for unit in $reloads; do
    systemctl reload-or-restart "$unit" || fail_unit "$unit" "could not be reloaded"
    note_units "$unit"
    say "$verb: reloaded $unit"
  done
}

# Reads the fields of one unit; adds its name to `starts`, `reloads`, or neither.
choose_action() {
  noted_restart='' noted_reload=''
  if [ -f "$run/units/$name" ]; then read -r noted_restart noted_reload <"$run/units/$name" || :; fi
  case $activation:$unit_state in
    none:*) return ;;
    # Restarting a target restarts what is part of it.
    start:active) case $name in *.target) return ;; esac ;;
  esac
  case $activation:$unit_state in
    rerun:failed) ;;
    rerun:*)
      has_run && return
      # Begun by an earlier run of the agent, with this very configuration.
      [ "$unit_state $noted_restart" != "activating $restart" ] || return 0
      ;;
    *:active | *:reloading | *:activating)
      [ "$restart $reload" != "$noted_restart $noted_reload" ] || return 0
      if [ "$unit_state $restart" = "active $noted_restart" ]; then
        reloads="$reloads $name"
        return
      fi
      ;;
    start:inactive)
      [ "$restart $reload" != "$noted_restart $noted_reload" ] || ! is_passed_over "$name" || return 0
      ;;
  esac
  [ "$activation" != rerun ] || rm -f "$store/ran/$name"
  starts="$starts $name"
  case $unit_state in
    active | reloading) say "$verb: restarted $name" ;;
    *) say "$verb: started $name" ;;
  esac
}

# These units run, or are about to, with what the manifest says.
note_units() { # NAME...
  while read -r name _ restart reload; do
    case " $* " in *" $name "*) echo "$restart $reload" >"$run/units/$name" ;; esac
  done <"$work/units"
}

fail_unit() { # NAME MESSAGE
  say "$verb: $1: $2; its last lines:"
  journalctl -u "$1" --since "@$started" -n 20 --no-pager -o cat >&2 9>&- || :
  end_unhealthy
}

# What is current may become healthy without us, when other hosts come up: it must survive a power cut as well.
end_unhealthy() {
  keep_trees
  end 6
}

# --- health -----------------------------------------------------------------------------------------------------------

# First the units, as a check could succeed with a service that is about to restart; then the checks, side by side; then
# the units once more. Returns when all are well; otherwise ends the script with 6.
wait_for_health() {
  records check >"$work/checks"
  wait_for_units
  start_checks
  wait_for_checks
  read_states
  while read -r unit_state name activation _; do
    case $activation:$unit_state in
      start:active | timer:active | start:inactive | none:*) ;;
      rerun:active | rerun:inactive) remember_run "$name" ;;
      *) fail_unit "$name" "is $unit_state after it was up" ;;
    esac
  done <"$work/states-now"
}

# A one-shot that ran is remembered across reboots: it is started again when its digest differs.
remember_run() { # NAME
  make_dir 0700 "$store/ran"
  sed -n "s/^$1 [^ ]* \([^ ]*\) .*/\1/p" "$work/units" >"$store/ran/$1"
}

start_checks() {
  : >"$work/check-pids"
  while read -r name seconds path; do
    run_check "$seconds" "$home/current/$path" "$work/check-$name.log" </dev/null >/dev/null 2>&1 9>&- &
    jobs="$jobs $!"
    echo "$! $name $seconds" >>"$work/check-pids"
  done <"$work/checks"
}

# Again and again until it succeeds or the time is up; one attempt may not outlast it either.
run_check() { # SECONDS SCRIPT LOG
  cd /
  give_up=$(($(date +%s) + $1 + 1))
  left=$1
  until timeout -k 1 "$left" sh "$2" >"$3" 2>&1; do
    left=$((give_up - $(date +%s)))
    [ "$left" -gt 0 ] || return 1
    sleep 0.5
  done
}

wait_for_checks() {
  unhealthy=
  while read -r pid name seconds; do
    wait "$pid" && continue
    unhealthy="$unhealthy $name"
    say "$verb: check $name did not succeed in $seconds s; it said:"
    tail -n 5 "$work/check-$name.log" >&2 || :
  done <"$work/check-pids"
  jobs=
  [ -z "$unhealthy" ] || end_unhealthy
}

# Ends the script with 6 as soon as one unit cannot come up any more. A unit may take as long as the longest check.
# Looking costs time that the services need: not often.
wait_for_units() {
  while read -r _ seconds _; do
    [ "$seconds" -le "$gate_seconds" ] || gate_seconds=$seconds
  done <"$work/checks"
  since=$(date +%s) dead='' pause=0.2
  while read_queue && read_states && ! units_are_up; do
    waited=$(($(date +%s) - since))
    [ "$waited" -lt "$gate_seconds" ] || fail_unit "$pending" "still $pending_state after $gate_seconds s"
    sleep "$pause"
    pause=$((1 + waited / 30))
  done
}

# Before the states: a job that is gone by then has changed the state that is read.
read_queue() { systemctl list-jobs --no-legend --plain >"$work/queue"; }

# Up is: active, or for a one-shot also inactive, and no job of it is queued. `dead` remembers units that were seen
# inactive without a job: seen twice, they are not on their way.
units_are_up() {
  pending='' pending_state='' was_dead=$dead dead=''
  while read -r unit_state name activation _; do
    [ "$activation" != none ] || continue
    if grep -qF " $name " "$work/queue"; then
      pending=$name pending_state="$unit_state, with a job to do,"
      continue
    fi
    case $unit_state in
      active) ;;
      failed) fail_unit "$name" failed ;;
      inactive) judge_inactive ;;
      *) pending=$name pending_state=$unit_state ;;
    esac
  done <"$work/states-now"
  [ -z "$pending" ]
}

judge_inactive() { # reads the names of the loop in units_are_up
  if [ "$activation" = rerun ] || is_passed_over "$name"; then
    return 0
  else
    case " $was_dead " in *" $name "*) fail_unit "$name" "did not start" ;; esac
    dead="$dead $name" pending=$name pending_state=inactive
  fi
}

# --- the verbs --------------------------------------------------------------------------------------------------------

# What the functions below share about the manifest: `$work/wanted`, `$work/units`, `$work/states`.
read_manifest() {
  wanted_links >"$work/wanted"
  order_units
  records directory | sed -n 's/^[^ ]* [^ ]* [^ ]* \([^ -][^ ]*\) /\1 /p' >"$work/states"
}

# Sets `manifest` and `digest`, works in the bundle's directory if there is one. `$bundle_dir` is empty for what is
# staged.
open_bundle() { # [DIR]
  bundle_dir=${1:-}
  if [ -z "$bundle_dir" ] && [ -f "$own_list" ]; then bundle_dir=$own_dir; fi
  if [ -n "$bundle_dir" ]; then
    cd "$bundle_dir" 2>/dev/null || fail 2 "$verb: $bundle_dir: no such directory"
    read_bundle
  else
    [ "$verb" != stage ] || fail 2 "stage: which bundle? Give its directory"
    digest=$(basename "$(readlink "$store/staged" || :)")
    manifest=$store/bundles/$digest/bundle
    [ -f "$manifest" ] || fail 2 "apply: nothing is staged; give the directory of a bundle"
    check_format
    is_staged || fail 2 "apply: the staged bundle is not complete on this node; stage it again"
  fi
}

do_stage() {
  lock
  open_bundle "$@"
  stage
  keep_trees
}

do_apply() {
  lock
  if [ "${1:-}" = --replace ]; then
    shift
    : >"$run/replace"
  fi
  open_bundle "$@"
  read_manifest
  if is_settled && is_staged; then
    [ -z "$bundle_dir" ] || stage
    if all_units_run; then
      say "apply: nothing to do, $(readlink "$home/current") is current and good"
      return
    fi
  fi
  preflight
  [ -z "$bundle_dir" ] || stage
  cd /
  write_generation
  is_settled || switch
  run_units
  wait_for_health
  keep_trees
  [ "$(readlink "$home/good" || :)" = "generations/$generation" ] || point "$home/good" "generations/$generation"
  say "apply: $generation is current and good"
}

# The host shows this very bundle, all of it, and it was healthy.
is_settled() {
  [ ! -e "$store/switching" ] && [ -d "$run/units" ] && cmp -s "$home/current/bundle" "$manifest" &&
    [ "$(readlink "$home/good")" = "$(readlink "$home/current")" ]
}

# Makes the host that of `generation`, up to the point where units are started.
switch() {
  make_dir 0755 "$run" "$run/units"
  echo "$generation" | write_file "$store/switching"
  make_directories
  stop_gone_units
  [ "$(readlink "$home/current" || :)" = "generations/$generation" ] || point "$home/current" "generations/$generation"
  logger -t pigsty-agent "$verb: $generation is current" 2>/dev/null || :
  settle_host
}

settle_host() {
  settle_links
  sync_places
  apply_settings
  reload_systemd
  rm -f "$store/switching"
  sync "$store"
}

# Before sysinit.target: none of our units runs yet, systemd has read the unit files of `current`.
do_boot() {
  lock
  [ ! -d "$run/units" ] || { say "boot: the units of this boot are running already; nothing to do" && return; }
  [ -L "$home/current" ] || { say "boot: no generation yet" && return; }
  make_dir 0755 "$run" "$run/units"
  good=$(readlink "$home/good" || :)
  current=$(readlink "$home/current")
  if [ "$good" != "$current" ] && [ -f "$home/$good/bundle" ]; then
    say "boot: $current never became good: back to $good"
    : | write_file "$store/switching"
    point "$home/current" "$good"
  fi
  manifest=$home/current/bundle
  read_manifest
  records image >"$work/images"
  while read -r name id _; do
    [ -d "$store/images/$id" ] || say "boot: image $name was not on disk yet when the power failed: apply again"
  done <"$work/images"
  [ -n "$good" ] || say "boot: $current is not good, and there is no other"
  if [ -e "$store/switching" ]; then
    settle_host
    systemctl start --no-block pigsty.target || :
  fi
  settings >"$run/settings"
  unit_files >"$run/loaded"
  note_units "$(records unit | cut -d ' ' -f 1 | paste -s -d ' ')"
}

do_verify() {
  lock
  [ -L "$home/current" ] || fail 2 "verify: no generation yet"
  problems=0
  for generation in $(readlink "$home/current" "$home/good" | sort -u); do
    manifest=$home/$generation/bundle
    verify_generation "$home/$generation" || problems=$((problems + 1))
  done
  for parts in "$store"/bundles/*/; do
    verify_parts "${parts%/}" || problems=$((problems + 1))
  done
  for image in "$store"/images/*/; do
    verify_tree "${image%/}" || problems=$((problems + 1))
  done
  [ -z "${1:-}" ] || compare_with_bundle "$1"
  [ "$problems" -eq 0 ] || end 4
  echo "verified: generations, bundles and image trees are as they were staged"
}

# In a subshell, so that the first finding does not hide the others.
verify_generation() { (check_generation "$1"); }

verify_parts() ( # DIRECTORY
  manifest=$1/bundle
  check_part() { # FILE EXPECTED
    found=$(hash_of "$1")
    [ "$found" = "$2" ] || damaged "$1" "$2" "$found"
  }
  check_part "$1/bundle" "$(basename "$1")"
  check_part "$1/config.tar" "$(field config)"
  check_part "$1/secrets.tar" "$(field secrets)"
)

verify_tree() { # DIRECTORY
  [ -f "$1/tree" ] || { say "$1: no list of its files" && return 1; }
  list_tree "$1/rootfs" | comm -3 "$1/tree" - | sed 's/^\t//' | cut -d ' ' -f 1 | uniq | head -n 5 >"$work/differing"
  [ -s "$work/differing" ] || return 0
  say "$1/rootfs: differs from what was unpacked: $(paste -s -d ' ' "$work/differing")"
  return 1
}

# Every byte of the trees: the bundle is verified and unpacked once more beside them.
compare_with_bundle() { # DIR
  cd "$1" 2>/dev/null || fail 2 "verify: $1: no such directory"
  manifest=$PWD/bundle
  if [ ! -f bundle ] || [ ! -f SHA256SUMS ]; then fail 2 "verify: $1 holds no bundle"; fi
  check_list
  check_files
  check_format
  records image | sort -u -k 2,2 >"$work/images"
  while read -r name id layers; do
    [ -d "$store/images/$id" ] || continue
    tree=$(mktemp -d "$store/images/.new-XXXXXX")
    unpack_image "$tree" "$layers"
    diff -rq --no-dereference "$tree/rootfs" "$store/images/$id/rootfs" |
      grep -v "^Only in $store/images/$id" >"$work/diff" || :
    rm -rf "$tree"
    [ -s "$work/diff" ] || continue
    say "$name: $(head -n 1 "$work/diff" | sed "s|$tree|the bundle|g")"
    problems=$((problems + 1))
  done <"$work/images"
}

# --- status -----------------------------------------------------------------------------------------------------------

do_status() {
  current=$(name_of "$home/current")
  good=$(name_of "$home/good")
  staged=$(name_of "$store/staged")
  manifest=$home/current/bundle
  [ -f "$manifest" ] || manifest=/dev/null
  case ${1:-} in
    '') status_text ;;
    --json) status_json ;;
    *) fail 2 "status: unknown option $1" ;;
  esac
}

name_of() { basename "$(readlink "$1" 2>/dev/null || echo -)"; }

# `<unit> <activation> <state>` of the current generation, escaped for JSON.
unit_states() {
  # shellcheck disable=SC2046 # unit names are single words
  set -- $(systemctl is-active $(records unit | cut -d ' ' -f 1) 2>/dev/null)
  records unit | while read -r name activation _; do
    printf '%s %s %s\n' "$name" "$activation" "$1"
    shift
  done
}

# `<state> <path> <present|missing>` of what this node has initialised.
state_places() {
  for record in "$store"/state/*; do
    [ -f "$record" ] || continue
    path=$(head -n 1 "$record")
    if [ -f "$path/.pigsty-state" ]; then presence=present; else presence=missing; fi
    echo "${record##*/} $path $presence"
  done
}

is_switching() { [ -e "$store/switching" ]; }

status_text() {
  echo "site     $(field site), host $(field host) ($(sed -n 's/^host [^ ]* //p' "$manifest"))"
  echo "current  $current$(if is_switching; then echo ', not switched to in full: run apply again'; fi)"
  echo "good     $good"
  echo "staged   $staged"
  unit_states | sed 's/^/unit     /'
  state_places | sed 's/^/state    /'
}

# null for what is not there.
json_text() { if [ -n "$1" ] && [ "$1" != - ]; then printf '"%s"' "$1"; else printf null; fi; }

# One JSON object for each line, with the given names for its fields; joined by commas.
json_list() { # NAME NAME NAME
  sed -E 's/[\\"]/\\&/g; s/^([^ ]*) ([^ ]*) (.*)$/{"'"$1"'":"\1","'"$2"'":"\2","'"$3"'":"\3"}/' | paste -s -d ,
}

status_json() {
  cat <<JSON
{"apiVersion":"pigsty/v1","kind":"NodeStatus","agent":"$version",
"site":$(json_text "$(field site)"),"host":$(json_text "$(field host)"),
"current":$(json_text "$current"),"good":$(json_text "$good"),"staged":$(json_text "$staged"),
"switching":$(if is_switching; then echo true; else echo false; fi),
"units":[$(unit_states | json_list name activation state)],
"state":[$(state_places | json_list name path presence)]}
JSON
}

# --- main -------------------------------------------------------------------------------------------------------------

show_help() {
  cat <<HELP
usage: pigsty-agent stage [DIR]      verify the bundle in DIR, unpack its images, keep it; nothing that runs notices
       pigsty-agent apply [--replace] [DIR]
                                     stage it and switch to it; without DIR: what is staged. --replace: this machine
                                     takes the place of a dead one, whose data is lost
       pigsty-agent status [--json]  generations, units, state
       pigsty-agent verify [DIR]     hash what the node holds; with the bundle in DIR, every byte of the images too
       pigsty-agent boot             at boot: back to the good generation if the current one never became good
       pigsty-agent help | --version

DIR defaults to the agent's own directory if a bundle lies there.
Exit codes: 0 done, 1 unexpected, 2 usage, or a node that cannot take this bundle (nothing changed),
4 verification failed (nothing changed), 6 not healthy in time: the previous generation stays the good one.
HELP
}

main() {
  [ $# -le 3 ] || fail 2 "too many arguments; see pigsty-agent help"
  [ $# -eq 0 ] || shift
  case $verb in
    stage) do_stage "$@" ;;
    apply) do_apply "$@" ;;
    verify) do_verify "$@" ;;
    boot) do_boot ;;
    status) do_status "$@" ;;
    help | --help | -h) show_help ;;
    version | --version) echo "pigsty-agent $version" ;;
    *) fail 2 "unknown verb $verb; see pigsty-agent help" ;;
  esac
}

main "$@"
