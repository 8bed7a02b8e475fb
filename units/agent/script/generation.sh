# --- generation: users, and the files of one generation ---------------------------------------------------------------

name_of() { basename "$(readlink "$1" 2>/dev/null || echo -)"; }

# Every user, and the group of the same name, is either absent from this node or has the ids of the bundle.
check_ids() { # passwd|group
  records user | cut -d ' ' -f 1-3 >"$work/users"
  case $1 in passwd) id_field=2 ;; *) id_field=3 ;; esac
  # shellcheck disable=SC2046 # names and ids are single words
  getent "$1" $(cut -d ' ' -f 1,"$id_field" "$work/users") >"$work/known" || :
  clash=$(find_clash "$1" "$work/users" "$work/known")
  [ -z "$clash" ] || fail 2 "$verb: the bundle needs $clash"
}

# Sets `generation`. The current one or the newest is used again if an earlier run wrote it from this bundle.
write_generation() {
  parts=$store/bundles/$digest
  make_dir 0755 "$home" "$home/generations"
  newest=$(find "$home/generations" -mindepth 1 -maxdepth 1 -name '[0-9]*-*' -printf '%f\n' | sort -n | tail -n 1)
  for generation in "$(name_of "$home/current")" "$newest"; do
    cmp -s "$home/generations/$generation/bundle" "$manifest" && return
  done
  # A number is never used twice: the history may have newer ones, whose generations were removed.
  newest=$( (echo "$newest" && history_lines | cut -d ' ' -f 1) | sort -n | tail -n 1)
  generation=$(next_generation "$newest" "$digest")
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

# The directory must have exactly the files of the manifest, with the same bytes. Measured files may be missing: they are
# written later. `verify` uses it too.
check_generation() { # DIRECTORY
  sums_of <"$manifest" >"$work/sums"
  if ! (cd "$1" && sha256sum -c --quiet --strict "$work/sums") >"$work/sums.log" 2>&1; then
    fail 4 "$1: $(grep -v WARNING "$work/sums.log" | head -n 3 | paste -s -d ' ')"
  fi
  (paths_of <"$manifest" && echo bundle) | sort >"$work/expected-files"
  find "$1" ! -type d -printf '%P\n' | sort | comm -13 "$work/expected-files" - >"$work/extra"
  [ ! -s "$work/extra" ] || fail 4 "$1: $(head -n 1 "$work/extra"): not in the manifest"
}

# Creates the users of the bundle with systemd-sysusers, and checks them again.
create_users() { # DIRECTORY
  for path in $(sysusers_of <"$manifest"); do
    systemd-sysusers "$1/$path" >"$work/sysusers.log" 2>&1 9>&- ||
      fail 1 "$verb: $path: $(tail -n 1 "$work/sysusers.log")"
  done
  check_ids passwd
  check_ids group
}

# A measured file is the output, on this node, of the script with the same path below measure/.
write_measured() { # DIRECTORY
  grep -q '^file measured ' "$manifest" || return 0
  PIGSTY_CPU=$(nproc)
  PIGSTY_MEM_MB=$(limited_mib "$(memory_bytes)" "$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)")
  PIGSTY_DISK_BYTES=$(bytes_of size "$(field disk)")
  export PIGSTY_CPU PIGSTY_MEM_MB PIGSTY_DISK_BYTES
  for path in $(measured_of <"$manifest"); do
    mkdir -p "$(dirname "$1/$path")"
    (cd "$1" && exec timeout 60 sh "measure/$path") >"$1/$path" </dev/null 9>&- || fail 1 "apply: measure/$path failed"
  done
}

memory_bytes() { echo $(($(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo) * 1024)); }

# One chown and one chmod for each combination, not for each file.
set_owners() { # DIRECTORY
  find "$1" -type d -exec chmod 0755 {} +
  chmod 0644 "$1/bundle"
  records file | cut -d ' ' -f 2-4 | sort -u >"$work/owners"
  while read -r mode owner group; do
    owned_by "$mode" "$owner" "$group" <"$manifest" | sed "s|^|$1/|" >"$work/owned"
    xargs -d '\n' chown -- "$owner:$group" <"$work/owned"
    xargs -d '\n' chmod -- "$mode" <"$work/owned"
  done <"$work/owners"
}
