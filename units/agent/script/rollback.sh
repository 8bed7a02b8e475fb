# --- rollback: the way back to an earlier generation ------------------------------------------------------------------

# The versions of the programs that write state, as `<state> <version>`. The images of the open manifest must be here.
writer_versions() {
  records writer | while read -r state id package components; do
    packages=$store/images/$id/rootfs/var/lib/dpkg/status
    [ -f "$packages" ] || continue
    found=$(package_version "$package" "$components" <"$packages")
    [ -z "$found" ] || echo "$state $found"
  done
}

# Some programs cannot read state that a newer version has written. `$store/written/<state>` has the newest version that
# was switched to: it may have written already. Prints the reason why the open manifest's programs must not run; or nothing.
newer_state() {
  writer_versions | while read -r state found; do
    newest=$(cat "$store/written/$state" 2>/dev/null || :)
    if [ -n "$newest" ] && is_newer "$newest" "$found"; then
      echo "state $state was written by version $newest, which version $found cannot read"
    fi
  done | head -n 1
}

# Before a unit of the new generation can start.
record_writers() {
  [ -d "$store/written" ] || { make_dir 0755 "$store/written" && sync "$store"; }
  writer_versions | while read -r state found; do
    newest=$(cat "$store/written/$state" 2>/dev/null || :)
    if [ -z "$newest" ] || is_newer "$found" "$newest"; then echo "$found" | write_file "$store/written/$state"; fi
  done
}

refuse_newer_state() {
  reason=$(newer_state)
  [ -z "$reason" ] ||
    fail 2 "$verb: $reason: apply a bundle with a version that can; if the newer one has written nothing, remove" \
      "the file of this state in $store/written"
}

# State that has moved since: the open manifest's directory has old data, or none. Prints the reason; or nothing.
moved_state() {
  while read -r state path; do
    known=$(head -n 1 "$store/state/$state" 2>/dev/null || :)
    if [ -n "$known" ] && [ "$known" != "$path" ]; then
      echo "state $state is in $known now, not in $path"
    fi
  done <"$work/states" | head -n 1
}

missing_tree() {
  records image | while read -r name id _; do
    [ -d "$store/images/$id" ] || echo "image $name is not on this node any more"
  done | head -n 1
}

# A unit that other hosts need, and that the open manifest does not have (check_removed_units). At boot, before there is a
# network, a script cannot ask.
needed_unit() {
  # shellcheck disable=SC2046 # unit names are single words
  set -- $(removed_units)
  for name; do
    [ -f "$home/current/leave/$name" ] || continue
    [ "$verb" != boot ] && timeout -k 1 20 sh "$home/current/leave/$name" "$@" </dev/null >"$work/leave.log" 2>&1 9>&- && continue
    [ "$verb" = boot ] || printable <"$work/leave.log" >&2
    echo "other hosts need $name"
  done | head -n 1
}

# Why this node cannot go back to the open generation; or nothing.
obstacle() {
  {
    missing_tree
    newer_state
    moved_state
    needed_unit
  } | head -n 1
}

# Opens a generation of this node as if it were a bundle.
open_generation() { # NAME
  generation=$1
  manifest=$home/generations/$generation/bundle
  [ -f "$manifest" ] || fail 2 "$verb: this node has no generation $generation; see pigsty-agent history"
  digest=$(hash_of "$manifest")
  read_manifest
}

do_rollback() {
  lock
  read_options "$@"
  shift "$option_count"
  target=$(rollback_target "${1:-}") || exit_with 2
  open_generation "$target"
  if is_current_and_good && all_units_run; then
    say "rollback: nothing to do, $generation is current and good"
    return
  fi
  reason=$(obstacle)
  [ -z "$reason" ] || fail 2 "rollback: cannot go back to $generation: $reason"
  (check_generation "$home/generations/$generation") || exit_with 4
  preflight
  left=$(name_of "$home/current")
  activate
  [ "$left" = "$generation" ] || write_result "$left" rolled-back
  say "rollback: $generation is current and good"
  renew_metrics
}

# The generation with the given number or name. Without one: the good one if the node is not on it, or not wholly;
# otherwise the good one before.
rollback_target() { # [NUMBER|NAME]
  if [ -n "$1" ]; then
    known=$(find "$home/generations" -mindepth 1 -maxdepth 1 \( -name "$1" -o -name "$1-*" \) -printf '%f\n' | tail -n 1)
    [ -n "$known" ] || fail 2 "rollback: this node has no generation $1; see pigsty-agent history"
    echo "$known"
    return
  fi
  good=$(name_of "$home/good")
  [ "$good" != - ] || fail 2 "rollback: no generation of this node is good"
  if [ "$good" != "$(name_of "$home/current")" ] || is_switching; then
    echo "$good"
  else
    before=$(good_before "$good")
    [ -n "$before" ] || fail 2 "rollback: this node has no good generation before $good; see pigsty-agent history"
    echo "$before"
  fi
}

# After `apply` or `rollback` has failed between the switch and the end of the health gate: the agent runs again, with
# this verb and under the same lock, and goes back to the good generation.
do_return() { # VERB FAILED CODE
  verb='return'
  failed=$2
  lock
  verb='going back'
  try_result "$failed" failed
  open_generation "$(name_of "$home/good")"
  reason=$(obstacle)
  if [ -n "$reason" ]; then
    verb=$1 stays=yes
    say "$verb: $failed stays: cannot go back to $generation: $reason"
    exit_with "$3"
  fi
  case $3 in 6) what='did not become healthy' ;; *) what='could not be completed' ;; esac
  say "$verb: $failed $what: back to $generation"
  activate
  try_result "$failed" rolled-back
  say "$verb: $failed was rolled back; $generation is current, good and healthy again"
  exit_with 7
}
