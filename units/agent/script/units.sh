# --- units: what systemd runs -----------------------------------------------------------------------------------------

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
has_run() { [ "$(last_run "$name")" = "$restart" ]; }

last_run() { cat "$store/ran/$1" 2>/dev/null || :; } # NAME

# Units that the new manifest does not have, while their files are still in force; last started, first stopped.
stop_gone_units() {
  [ -f "$store/links" ] || return 0
  gone=$(join -v 1 "$store/links" "$work/wanted" | units_of_links "$systemd_dir")
  [ -n "$gone" ] || return 0
  for name in $gone; do
    say "$verb: stops $name, which is no longer declared"
    rm -f "$run/units/$name" "$store/ran/$name"
  done
  # shellcheck disable=SC2086 # unit names are single words
  systemctl stop $gone 2>"$work/stop.log" || grep -v 'not loaded' "$work/stop.log" >&2 || :
}

reload_systemd() {
  unit_files_of <"$manifest" >"$work/unit-files"
  cmp -s "$work/unit-files" "$run/loaded" && return
  systemctl daemon-reload
  cp "$work/unit-files" "$run/loaded"
}

# Decides for each unit, then tells systemd once. Starts do not block: etcd may wait for members that are not
# installed yet. A unit that must wait for another has After=. reset-failed also clears the count of recent starts: a
# start by the agent is no crash loop.
run_units() {
  starts='' reloads=''
  read_states
  while read -r unit_state name activation restart reload; do plan_unit; done <"$work/states-now"
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

# Adds one unit's name to `starts`, `reloads`, or neither; reads the names of the loop in run_units.
plan_unit() {
  noted=''
  [ ! -f "$run/units/$name" ] || noted=$(cat "$run/units/$name")
  case $(unit_action "$name" "$activation:$unit_state" "$restart $reload" "$noted" "$(last_run "$name")") in
    keep) return 0 ;;
    reload)
      reloads="$reloads $name"
      return 0
      ;;
    retry) ! is_passed_over "$name" || return 0 ;;
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
