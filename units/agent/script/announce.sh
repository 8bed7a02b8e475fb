# --- announce: what apply is about to do, and what stands afterwards --------------------------------------------------

# `$work/plan`: `<keep|start|restart|reload> <unit> <state> <activation>` for each unit of the open manifest.
plan_units() {
  read_states
  while read -r unit_state name activation restart reload; do
    recorded=''
    [ ! -f "$run/units/$name" ] || recorded=$(cat "$run/units/$name")
    action=$(unit_action "$name" "$activation:$unit_state" "$restart $reload" "$recorded" "$(last_run "$name")")
    [ "$action" != retry ] || { if is_skipped "$name"; then action=keep; else action=start; fi; }
    case $action:$unit_state in start:active | start:reloading) action=restart ;; esac
    echo "$action $name $unit_state $activation"
  done <"$work/states-now" >"$work/plan"
}

# Says which units will stop, start, restart and reload, before anything is done to one. `generation` is written.
announce() {
  plan_units
  say_list stop "$(removed_units | paste -s -d ' ')"
  say_list start "$(sed -n 's/^start \([^ ]*\) .*/\1/p' "$work/plan" | paste -s -d ' ')"
  while read -r action name _; do
    case $action in
      restart) say "$verb: will restart $name$(description_of "$name")$(parts_of "$name"): $(reason_of "$name")" ;;
      reload)
        # systemd restarts a unit that cannot reload.
        if grep -q '^ExecReload=' "$home/generations/$generation/units/$name"; then action=reload; else action=restart; fi
        say "$verb: will $action $name$(description_of "$name"): changed configuration"
        ;;
    esac
  done <"$work/plan"
}

say_list() { [ -z "$2" ] || say "$verb: will $1 $2"; } # ACTION UNITS

description_of() { sed -n 's/^Description=\(.*\)/ (\1)/p' "$home/generations/$generation/units/$1" | head -n 1; } # UNIT

# Units that systemd restarts with UNIT.
parts_of() { # UNIT
  parts=$(cd "$home/generations/$generation/units" && grep -lE "^PartOf=(.* )?$1( |\$)" -- * | paste -s -d ' ') || :
  [ -z "$parts" ] || echo " and $parts"
}

# Compares with the current generation: what runs was started from it.
reason_of() { # UNIT
  before=$home/current/bundle
  [ -f "$before" ] || before=/dev/null
  if [ "$(image_of_unit "$1" "$manifest")" != "$(image_of_unit "$1" "$before")" ]; then
    echo 'new image'
  elif [ "$(hash_of_file "units/$1" <"$manifest")" != "$(hash_of_file "units/$1" <"$before")" ]; then
    echo 'changed unit'
  else
    echo 'changed configuration'
  fi
}

# Lines `<unit> <setting> <old> -> <new>`: what waits for a restart, as the report scripts of the open manifest find it.
# UNITS were started or reloaded just now: a script may wait a moment for what they do.
waiting_settings() { # UNITS...
  records report | while read -r _ seconds path; do
    (cd / && timeout -k 1 "$seconds" sh "$home/current/$path" "$@" </dev/null 2>/dev/null 9>&-) || :
  done | grep -E '^[^ ]+ [^ ]+ [^ ]' | tr -d '\000-\011\013-\037\177' | head -n 100 || :
}

say_waiting() { # UNITS...
  waiting_settings "$@" | while read -r name setting change; do
    say "$verb: $setting ($change) waits for a restart of $name"
  done
}

# After a failure: which generation runs, which is good, and what to do next.
say_standing() { # CODE
  current=$(name_of "$home/current")
  good=$(name_of "$home/good")
  [ "$current" != - ] || return 0
  is_switching && incomplete=', but the switch to it is incomplete' || incomplete=''
  if [ "$good" = - ]; then
    say "$verb: $current is current$incomplete; no generation is good yet, so there is nothing to go back to"
    say "next: correct the cause named above, then apply this bundle again, or another one"
  elif [ "$current" != "$good" ]; then
    say "$verb: $current is current$incomplete; $good is good"
    if [ "$stays" = yes ]; then
      say "next: correct the cause named above and apply again, or apply a newer bundle"
    else
      say "next: apply again to retry, or pigsty-agent rollback (or a reboot) to go back to $good"
    fi
  else
    say "$verb: $current is current and good$incomplete"
    case $1 in
      7) say "next: correct the cause named above and apply again; to examine it on the node: apply --no-rollback" ;;
      8) say "next: correct the cause named above, then pigsty-agent rollback ${good%%-*}; see pigsty-agent status" ;;
      *) say "next: correct the cause named above and run it again" ;;
    esac
  fi
}
