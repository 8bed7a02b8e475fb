# --- stage: images are unpacked, the bundle is kept -------------------------------------------------------------------

is_staged() {
  cmp -s "$manifest" "$store/bundles/$digest/bundle" || return 1
  for id in $(records image | cut -d ' ' -f 2); do [ -d "$store/images/$id" ] || return 1; done
}

# Works in the bundle's directory, after read_bundle. Everything is hashed before anything is unpacked.
stage() {
  if ! is_staged; then
    missing_images
    check_space
    make_dir 0755 "$store" "$store/images"
    make_dir 0700 "$store/bundles"
    check_files
    start_unpacking
    finish_unpacking
    copy_bundle
    publish
    say "stage: $(wc -l <"$work/images") images, $((($(stat -c %s blobs/sha256/* | paste -s -d +)) / 1000000)) MB"
  fi
  [ "$(readlink "$store/staged" || :)" = "bundles/$digest" ] || point "$store/staged" "bundles/$digest"
}

# Images of the bundle whose tree is not on this node yet: `<name> <id> <layer>,…`, one line for each tree.
missing_images() {
  images_of <"$manifest" >"$work/images"
  : >"$work/missing"
  while read -r name id layers; do
    [ -d "$store/images/$id" ] || echo "$name $id $layers" >>"$work/missing"
  done <"$work/images"
  cut -d ' ' -f 3 "$work/missing" | tr ',' '\n' | sed 's|^|blobs/sha256/|' >"$work/layers"
  records '\(config\|secrets\)' | sed 's|^|blobs/sha256/|' >"$work/parts"
  cat "$work/layers" "$work/parts" >"$work/needed"
  while read -r path; do
    [ -f "$path" ] || grep -q "  $path\$" "$work/listed" ||
      fail 2 "$verb: $path is missing in the bundle, and its image is not on this node"
  done <"$work/needed"
}

check_space() {
  needed=$(xargs -r -d '\n' stat -c %s -- <"$work/layers" 2>/dev/null | needed_bytes)
  free=$(bytes_of avail "$store")
  [ "$free" -ge "$needed" ] ||
    fail 2 "$verb: $store has $((free / 1000000)) MB free, the bundle needs $((needed / 1000000)) MB"
}

# Trees are unpacked in a directory that other accounts cannot enter.
unpacking=$store/images/.new-unpacking

# Prints the path of a new tree.
new_tree() {
  [ -d "$unpacking" ] || mkdir -m 0700 "$unpacking"
  new=$(mktemp -d "$unpacking/XXXXXX")
  chmod 0755 "$new"
  echo "$new"
}

# One background job for each image; `$work/unpack` has lines `<pid> <id> <directory>`.
start_unpacking() {
  : >"$work/unpack"
  unpack_bases
  while read -r name id layers; do
    tree=$(new_tree)
    (
      trap 'kill "$!" 2>/dev/null; wait; exit 1' TERM
      unpack_image "$tree" "$layers"
    ) >"$work/unpack-$id.log" 2>&1 &
    jobs="$jobs $!"
    echo "$! $id $tree" >>"$work/unpack"
  done <"$work/missing"
}

# A bottom layer that several images share is unpacked once; their trees get hard links to its files, which are never written.
unpack_bases() {
  for layer in $(cut -d ' ' -f 3 "$work/missing" | cut -d , -f 1 | sort | uniq -d); do
    base=$(new_tree)
    # The image's own job reports why it cannot be unpacked.
    if unpack_layer "$base" "$layer" 2>/dev/null; then mv -T -- "$base" "$unpacking/$layer"; else rm -rf "$base"; fi
  done
}

# It runs in the background, so that a signal can end it.
unpack_layer() { # DIRECTORY LAYER
  jail=$(mktemp -d "$run/.new-XXXXXX")
  unshare --mount --propagation private sh -c "$unpack_in_jail" sh "$jail" "$1" "blobs/sha256/$2" &
  wait "$!"
}

# Runs tar in a root directory with nothing but the host's programs, read-only, the layer, and the directory to unpack
# to: a layer can contain links that lead out of it. tar removes a file before it writes one of the same name.
# shellcheck disable=SC2016 # the inner shell expands it
unpack_in_jail='set -eu
  mount -t tmpfs none "$1"
  mkdir "$1/usr" "$1/tree"
  for name in bin lib lib64 sbin; do [ ! -L "/$name" ] || ln -s "usr/$name" "$1/$name"; done
  : >"$1/layer"
  mount --bind /usr "$1/usr"
  mount -o remount,bind,ro "$1/usr"
  mount --bind "$2" "$1/tree"
  mount --bind "$3" "$1/layer"
  exec chroot "$1" tar -x -p --numeric-owner --xattrs --xattrs-include="*" --keep-directory-symlink -C /tree -f /layer
'

unpack_image() { # DIRECTORY LAYERS
  mkdir -m 0755 "$1/rootfs"
  base=$unpacking/${2%%,*}
  [ ! -d "$base" ] || cp -al "$base/." "$1/rootfs/"
  layers=$(echo "$2" | tr ',' ' ')
  [ ! -d "$base" ] || layers=${layers#"${2%%,*}"}
  for layer in $layers; do unpack_layer "$1/rootfs" "$layer"; done
  chmod 0755 "$1/rootfs"
  elevated=$(find "$1/rootfs" -type f -perm /6000 -print -quit)
  [ -z "$elevated" ] || fail 4 "${elevated#"$1/rootfs"}: a set-user-id or set-group-id file"
  link_host_files "$1/rootfs"
  list_tree "$1/rootfs" >"$1/tree"
}

# Links into the host's /etc show a file that the host has replaced by a rename; a bind mount of the file would keep the
# old content.
link_host_files() { # ROOTFS
  [ ! -L "$1/etc" ] || fail 4 "etc is a link in this image"
  make_dir 0755 "$1/etc"
  set -- "$1/etc" hosts resolv.conf localtime passwd group
  etc=$1
  shift
  for name in "$@"; do
    rm -rf "${etc:?}/$name"
    ln -s "/run/host/etc/$name" "$etc/$name"
  done
}

# One line for each link and each file that is not empty. Directories and empty files are left out: systemd creates
# them as mount points of units.
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

# The bundle is published last: a staged bundle has all its images.
publish() {
  while read -r _ id tree; do
    : >"$run/unpacked/$id"
    mv -T -- "$tree" "$store/images/$id"
  done <"$work/unpack"
  sync "$store/images"
  [ ! -d "$store/bundles/$digest" ] || echo "$digest" | retire "$store/bundles"
  mv -T -- "$parts" "$store/bundles/$digest"
  sync "$store/bundles"
}

# Syncs the new trees, most of the bytes, at the end, when no unit waits for the disk.
sync_trees() {
  for marker in "$run"/unpacked/*; do
    [ -e "$marker" ] || return 0
    tree=$store/images/${marker##*/}
    if [ -d "$tree" ]; then
      sync -f "$tree"
      : >"$tree/synced"
      sync "$tree/synced" "$tree"
    fi
    rm -f "$marker"
  done
}

# Removes trees of an earlier boot that ended before they were synced.
remove_unsynced_trees() {
  for tree in "$store"/images/*/; do
    id=$(basename "$tree")
    if [ -d "$tree" ] && [ ! -e "$tree/synced" ] && [ ! -e "$run/unpacked/$id" ]; then
      mv -T -- "$tree" "$store/images/.new-$id"
      rm -rf "$store/images/.new-$id"
    fi
  done
}
