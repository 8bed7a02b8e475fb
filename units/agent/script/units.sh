# --- units: starts and stops units ------------------------------------------------------------------------------------

# `$work/states-now`: the same lines, each after the state of its unit. One call for all units.
read_states() {
  # shellcheck disable=SC2046 # unit names are single words
  systemctl is-active $(cut -d ' ' -f 1 "$work/units") >"$work/active" || :
  [ -s "$work/active" ] || fail 1 "$verb: systemd does not answer"
  paste -d ' ' "$work/active" "$work/units" >"$work/states-now"
}

# True if there is nothing to do for any unit, and none is on its way: units of pigsty.target are active or skipped, with
# the configuration of the manifest; one-shots have run.
all_units_run() {
  plan_units
  while read -r action name unit_state activation; do
    case $action:$activation:$unit_state in
      keep:none:* | keep:*:active | keep:*:inactive) ;;
      *) return 1 ;;
    esac
  done <"$work/plan"
}

# systemd has tried to start the unit in this boot, and its condition was not met. A unit without an attempt also has `no`.
is_skipped() { # NAME
  case $(systemctl show -p ConditionResult -p ConditionTimestampMonotonic "$1") in
    *ConditionTimestampMonotonic=0*) return 1 ;;
    *ConditionResult=no*) ;;
    *) return 1 ;;
  esac
}

# The restart digest of a one-shot's last run that succeeded.
last_run() { cat "$store/ran/$1" 2>/dev/null || :; } # NAME

# The units that the new manifest does not have.
removed_units() {
  [ ! -f "$store/links" ] || join -v 1 "$store/links" "$work/wanted" | units_of_links "$systemd_dir"
}

# A script `leave/<unit>` of the current generation refuses as long as other hosts need the unit. Its arguments are all units
# that go.
check_removed_units() {
  # shellcheck disable=SC2046 # unit names are single words
  set -- $(removed_units)
  for name; do
    [ -f "$home/current/leave/$name" ] || continue
    timeout -k 1 20 sh "$home/current/leave/$name" "$@" </dev/null >"$work/leave.log" 2>&1 9>&- && continue
    printable <"$work/leave.log" >&2
    fail 2 "$verb: $name is still needed; nothing changed"
  done
}

# A script `retire/<unit>` of the current generation gives up what only one host can have, before the unit leaves this host.
# It fails if nobody can take it. The way back does not wait for that.
retire_units() {
  for name in $(removed_units); do
    [ -f "$home/current/retire/$name" ] || continue
    timeout -k 1 180 sh "$home/current/retire/$name" </dev/null >"$work/retire.log" 2>&1 9>&- && left=yes || left=no
    while read -r line; do say "$verb: $line"; done <"$work/retire.log"
    [ "$left" = yes ] || [ "$verb" = 'going back' ] || fail 2 "$verb: $name cannot leave this host; nothing was stopped"
  done
}

# Stops these units while their unit files still exist; in reverse order of their start.
stop_removed_units() {
  removed=$(removed_units)
  [ -n "$removed" ] || return 0
  for name in $removed; do
    say "$verb: stopping $name, which the new generation does not have"
    rm -f "$run/units/$name" "$store/ran/$name"
  done
  # shellcheck disable=SC2086 # unit names are single words
  systemctl stop $removed 2>"$work/stop.log" || grep -v 'not loaded' "$work/stop.log" >&2 || :
  # shellcheck disable=SC2086 # a unit that has failed would stay failed without its file
  systemctl reset-failed $removed 2>/dev/null || :
}

reload_systemd() {
  unit_files_of <"$manifest" >"$work/unit-files"
  cmp -s "$work/unit-files" "$run/loaded" && return
  systemctl daemon-reload
  cp "$work/unit-files" "$run/loaded"
}

# Decides for each unit, then tells systemd once. Starts do not block: etcd may wait for members that are not
# installed yet. A unit that must wait for another has After=. reset-failed also clears the count of recent starts: a
# start by the agent is not part of a crash loop. `touched` is what was started or reloaded.
run_units() {
  starts='' reloads='' touched=''
  plan_units
  while read -r action name unit_state activation; do
    case $action in
      keep) continue ;;
      reload) reloads="$reloads $name" && continue ;;
    esac
    [ "$activation" != rerun ] || rm -f "$store/ran/$name"
    starts="$starts $name"
    say "$verb: ${action}ed $name"
  done <"$work/plan"
  touched="$starts $reloads"
  # shellcheck disable=SC2086 # unit names are single words
  if [ -n "$starts" ]; then
    systemctl reset-failed $starts 2>/dev/null || :
    systemctl restart --no-block $starts || :
  fi
  record_units "$starts"
  for unit in $reloads; do
    systemctl reload-or-restart "$unit" || fail_unit "$unit" "could not be reloaded"
    record_units "$unit"
    say "$verb: reloaded $unit"
  done
}

# These units run, or will run, with the digests of the manifest.
record_units() { # NAME...
  while read -r name _ restart reload; do
    case " $* " in *" $name "*) echo "$restart $reload" >"$run/units/$name" ;; esac
  done <"$work/units"
}

fail_unit() { # NAME MESSAGE
  say "$verb: $1: $2; last log lines:"
  journal_of "$1" 20 >&2
  end_unhealthy
}

# The newest lines of a unit since this run began. With --since, -n would give the oldest.
journal_of() { # UNIT LINES
  journalctl -u "$1" --since "@$started" --no-pager -o cat -q 2>/dev/null 9>&- | tail -n "$2" | printable || :
}

# The newest lines of the units that this run has started or reloaded: neither a check nor a unit that waits for another
# one says which is to blame.
show_journal() {
  for unit in $touched; do
    journal_of "$unit" 5 >"$work/journal"
    [ ! -s "$work/journal" ] || { say "$verb: last log lines of $unit:" && cat "$work/journal" >&2; }
  done
}

# The generation may become healthy later, when other hosts start: it must also survive a power failure.
end_unhealthy() {
  sync_trees
  [ "$(name_of "$home/good")" = "$generation" ] || try_result "$generation" failed
  exit_with 6
}
