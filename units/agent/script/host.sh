# --- host: links and settings of the host -----------------------------------------------------------------------------

wanted_links() { links_of "$home" "$systemd_dir" "$zoneinfo" <"$manifest" | known_zone; }

# Drops the link of a time zone that this host does not know.
known_zone() {
  zone=$(field timezone)
  if [ -z "$zone" ] || [ -f "$zoneinfo/$zone" ]; then cat; else sed '\|^/etc/localtime |d'; fi
}

# `$store/links` lists the links that the agent owns on the host: from before a link is created until it is removed.
update_links() {
  link_list=$store/links
  [ -f "$link_list" ] || : >"$link_list"
  cut -d ' ' -f 1 "$work/wanted" >"$work/wanted-paths"
  join -v 1 "$link_list" "$work/wanted-paths" >"$work/stale"
  sort -u "$work/wanted" "$link_list" >"$work/owned-links"
  cut -d ' ' -f 5 /proc/self/mountinfo | sort | join "$work/owned-links" - | cut -d ' ' -f 1 >"$work/mounts"
  cmp -s "$work/owned-links" "$link_list" || write_file "$link_list" <"$work/owned-links"
  existing_paths -P -type l -printf '%p %l\n' <"$work/wanted-paths" | sort >"$work/links-there"
  cut -d ' ' -f 1 "$work/owned-links" | sed 's|/[^/]*$||' | sort -u | grep . | foreign_ways >"$work/foreign-ways"
  comm -23 "$work/wanted" "$work/links-there" >"$work/links-missing"
  while read -r path target; do put_link "$path" "$target"; done <"$work/links-missing"
  while read -r path target; do drop_link "$path" "$target"; done <"$work/stale"
  cmp -s "$work/wanted" "$link_list" || write_file "$link_list" <"$work/wanted"
  zone=$(field timezone)
  [ -z "$zone" ] || [ -f "$zoneinfo/$zone" ] || say "warning: time zone $zone: this host has no $zoneinfo/$zone"
  set_host_name "$(field hostname)"
}

# Syncs every directory that has, or had, a link of the agent, and the directories above it.
sync_places() {
  cut -d ' ' -f 1 "$work/owned-links" | directories_above | existing_paths -H -type d | xargs -d '\n' sync --
}

# For paths of `$store/links`.
is_mount_point() { [ -s "$work/mounts" ] && grep -qxF -- "$1" "$work/mounts"; }

put_link() { # PATH TARGET
  owner=$(link_owner "$1")
  if [ -n "$owner" ]; then
    put_foreign_link "$owner" "$1" "$2"
    return
  fi
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

# The account that owns a directory on the way to a link; nothing if only root does.
link_owner() { sed -n "s|^${1%/*} ||p" "$work/foreign-ways"; } # PATH

# Replaces nothing but a link.
put_foreign_link() { # ACCOUNT PATH TARGET
  # shellcheck disable=SC2016 # the inner shell expands it
  with_rights_of "$1" sh -c '
    [ -L "$1" ] || [ ! -e "$1" ] || exit 1
    ln -sfn -- "$2" "$1.pigsty-new" && mv -T -- "$1.pigsty-new" "$1"
  ' sh "$2" "$3" || fail 1 "$verb: $2: the link could not be made with the rights of $1"
}

# A mount point cannot be replaced by a link (containers mount files such as /etc/hosts), but its content can.
put_content() { # PATH TARGET
  cmp -s "$1" "$2" && return
  [ -e "$store/original$1" ] || keep_original "$1"
  if cat "$2" >"$1"; then
    say "warning: $1 is a mount point: written in place"
  else
    say "warning: $1 is a mount point and not writable"
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

is_ours() { grep -qxF -- "$1" "$work/owned-links"; } # LINE of `$store/links`

# Links in `$store/links` belong to the agent. Everything else is kept, with earlier originals beside it.
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
  say "note: $1 replaced; original kept as $store/original$1"
}

# Removes a link that is no longer declared. A file that has replaced it stays.
drop_link() { # PATH TARGET
  owner=$(link_owner "$1")
  if [ -n "$owner" ]; then
    # shellcheck disable=SC2016 # the inner shell expands it
    with_rights_of "$owner" sh -c '[ "$(readlink -- "$1")" != "$2" ] || rm -f -- "$1"' sh "$1" "$2" || :
    return
  fi
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

apply_settings() {
  settings_of "$(name_of "$home/current")" <"$manifest" >"$work/settings"
  sort "$run/settings" 2>/dev/null | comm -13 - "$work/settings" >"$work/settings-changed" || :
  [ -s "$work/settings-changed" ] || { cp "$work/settings" "$run/settings" && return; }
  # Modules first: some sysctl keys exist only with them.
  apply_files modules-load /usr/lib/systemd/systemd-modules-load
  apply_files sysctl /usr/lib/systemd/systemd-sysctl
  apply_files tmpfiles systemd-tmpfiles --create
  cp "$work/settings" "$run/settings"
}

# A key or module that a container cannot set is only a warning: the services may run without it.
apply_files() { # DIRECTORY PROGRAM...
  files=$(sed -n "s|^[^ ]* [^ ]* \(/etc/$1\.d/[^ ]*\)\$|\1|p" "$work/settings-changed")
  shift
  [ -n "$files" ] || return 0
  # shellcheck disable=SC2086 # paths are single words
  "$@" $files >"$work/settings.log" 2>&1 9>&- ||
    say "warning: $(basename "$1"): $(tail -n 3 "$work/settings.log" | paste -s -d ';')"
}
