# --- remove: the host leaves its site ----------------------------------------------------------------------------------
# Units first, then their links, then images, bundles and generations. The agent's own link stays until the end. Killed at
# any moment, the next `remove` goes on. After a power failure the host runs as before, or nothing of it starts any more.

own_link=/usr/local/sbin/pigsty-agent

do_remove() {
  lock
  read_removal "$@"
  manifest=$home/current/bundle
  [ -f "$manifest" ] || manifest=/dev/null
  if [ -n "$named_states" ]; then
    confirm_deletion
    delete_states
    return
  fi
  [ -e "$home" ] || [ -e "$store" ] || fail 2 "remove: this node has no generation and no state"
  confirm_deletion
  retire_host
  [ -z "$confirmed" ] || delete_states
  say_what_stays
}

# Sets `confirmed`: the address that confirms the deletion of state, `-` if it is missing, nothing if state stays.
read_removal() {
  confirmed='' named_states=''
  for word in "$@"; do
    case $word in
      --data) confirmed=- ;;
      --data=?*) confirmed=${word#--data=} ;;
      -*) fail 2 "remove: unknown option $word" ;;
      *[!A-Za-z0-9._-]*) fail 2 "remove: $word is not the name of a state" ;;
      *) named_states="$named_states $word" ;;
    esac
  done
  [ -z "$named_states" ] || [ -n "$confirmed" ] || confirmed=-
}

# Everything is checked before anything is stopped or deleted.
confirm_deletion() {
  [ -n "$confirmed" ] || return 0
  states_of <"$manifest" | cut -d ' ' -f 1 >"$work/used"
  state_places >"$work/known"
  for name in $named_states; do
    grep -q "^$name " "$work/known" || fail 2 "remove: this node has no state $name; see pigsty-agent status"
    ! grep -qxF "$name" "$work/used" || fail 2 "remove: the current bundle uses state $name: to retire the host, name none"
  done
  doomed_states >"$work/doomed"
  while read -r name path; do
    marker=$(read_marker "$path")
    printf '%s\n' "$marker" >"$work/marker-$name"
    [ -n "$marker" ] || continue
    place=$(place_of "$marker")
    [ -n "$place" ] || fail 2 "remove: $path/.pigsty-state is not a marker of the agent; nothing changed"
    [ "$confirmed" != - ] ||
      fail 2 "remove: this deletes $name in $path, and there is no way back: confirm with --data=${place% *}"
    [ "$place" = "$confirmed $name" ] ||
      fail 2 "remove: $path has the state of \"$(in_a_line "$marker")\", not of $confirmed; nothing changed"
    refuse_mounts "$path" 2
  done <"$work/doomed"
  [ "$confirmed" != - ] || fail 2 "remove: no state of this node is mounted; nothing changed"
}

# A bind mount may be of the same file system, where nothing tells its files from those of the state.
refuse_mounts() { # PATH CODE
  mount=$(mount_below "$1")
  [ -z "$mount" ] || fail "$2" "remove: $mount is mounted below $1: unmount it first; nothing was deleted there"
}

# The state to delete: what is named, or all.
doomed_states() {
  state_places | while read -r name path _; do
    case " ${named_states:-$name} " in *" $name "*) echo "$name $path" ;; esac
  done
}

retire_host() {
  grep "^$own_link " "$store/links" >"$work/wanted" 2>/dev/null || :
  say_list stop "$(removed_units | paste -s -d ' ')"
  check_removed_units
  retire_units
  make_dir 0755 "$store" "$run" "$run/units"
  echo removal | write_file "$store/switching"
  stop_removed_units
  refuse_running
  manifest=/dev/null
  update_links
  sync_places
  systemctl daemon-reload
  rm -f "$run/loaded" "$run/settings"
  keep_agent
  retire_all "$store/images"
  retire_all "$store/bundles"
  rm -rf --one-file-system "$store/images" "$store/bundles" "$store/ran" "$store/history" "$store/staged" "$run/units" "$run/unpacked"
  drop_home
  rm -f "$store/switching" "$store/links" "$store/reserve.new"
  sync "$store"
}

# A program that runs on without its unit (PostgreSQL, when Patroni was killed) still writes to its state.
refuse_running() {
  running=$(grep -ls -E '/images/[0-9a-f]+/rootfs / ' /proc/[0-9]*/mountinfo | head -n 1) || :
  [ -n "$running" ] || return 0
  name=$(cat "${running%/*}/comm" 2>/dev/null) || return 0
  running=${running#/proc/}
  fail 1 "remove: process ${running%/*} ($name) runs on without its unit: end it, then run this again"
}

# While state stays, so does the program that deletes it.
keep_agent() {
  [ -n "$(state_places)" ] || return 0
  agent=$home/current/bin/pigsty-agent
  [ ! -f "$agent" ] || { cp -- "$agent" "$store/pigsty-agent.new" && mv -T -- "$store/pigsty-agent.new" "$store/pigsty-agent"; }
}

# The link first: it would lead to nothing.
drop_home() {
  : >"$work/wanted"
  update_links
  sync_places
  rm -f "$home/good" "$home/current"
  retire_all "$home/generations"
  rm -rf "$home/generations"
  rmdir "$home" 2>/dev/null || :
}

# What was confirmed, and is still the same. Names below a state are used with the rights of its account. The marker goes
# last, so that the rest can be repeated.
delete_states() {
  while read -r name path; do
    account=$(account_of "$path")
    marker=$(read_marker "$path")
    [ "$marker" = "$(cat "$work/marker-$name")" ] ||
      fail 1 "remove: the marker of $path has changed since the confirmation: nothing deleted there; run this again"
    if [ -n "$marker" ]; then
      refuse_mounts "$path" 1
      with_rights_of "$account" find -H "$path" -xdev -mindepth 1 ! -path "$path/.pigsty-state" -delete ||
        fail 1 "remove: $path could not be deleted wholly"
      with_rights_of "$account" rm -f -- "$path/.pigsty-state"
    fi
    with_rights_of "$(account_of "${path%/*}/")" rmdir -- "$path" 2>/dev/null || :
    rm -f "$store/state/$name" "$store/written/$name"
    if [ -n "$marker" ]; then
      say "remove: deleted $name in $path"
    else
      say "remove: $name in $path is not mounted, or lost: nothing deleted there"
    fi
  done <"$work/doomed"
}

say_what_stays() {
  [ ! -d "$store" ] || find "$store" -mindepth 1 -type d -empty -delete
  say "remove: this host is retired: its units are stopped, and their files are gone"
  state_places | while read -r name path _; do say "remove: state $name stays in $path"; done
  [ ! -d "$store/original" ] ||
    say "remove: files that links had replaced more than once stay in $store/original"
  say "remove: accounts stay, and kernel settings until the next boot"
  address=$(state_places | while read -r _ path _; do place_of "$(read_marker "$path")"; done | sed -n '1s/ .*//p')
  if [ -n "$(state_places)" ]; then
    say "remove: to delete the state: $store/pigsty-agent remove --data=${address:-ADDRESS}; to come back: apply a bundle"
  else
    rm -f "$store/pigsty-agent"
    rmdir "$store" 2>/dev/null || :
  fi
}

# After `apply`: state of a module that this host does not have any more.
say_unused_state() {
  states_of <"$manifest" | cut -d ' ' -f 1 >"$work/used"
  state_places | while read -r name path _; do
    grep -qxF "$name" "$work/used" ||
      say "apply: state $name stays in $path, unused; to delete it: pigsty-agent remove --data=$(field host) $name"
  done
}
