# --- health: wait until units are active and checks succeed -----------------------------------------------------------

# First the units, because a check could succeed while a service is about to restart; then the checks, in parallel; then
# the units again. Returns when all are healthy; otherwise ends the script with 6.
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
      *) fail_unit "$name" "is $unit_state after it was active" ;;
    esac
  done <"$work/states-now"
}

# Records the run of a one-shot, also for the next boots: it starts again only when its digest differs.
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

# Repeats the check until it succeeds or the time is over; the time also limits a single attempt.
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
    say "$verb: check $name failed for $seconds s; last output:"
    tail -n 5 "$work/check-$name.log" | printable >&2 || :
  done <"$work/check-pids"
  jobs=
  [ -n "$unhealthy" ] || return 0
  show_journal
  end_unhealthy
}

# Ends the script with 6 as soon as one unit cannot become active. A unit may take as long as the longest check.
# Polls less often over time: polling uses processor time that the services need.
wait_for_units() {
  while read -r _ seconds _; do
    [ "$seconds" -le "$gate_seconds" ] || gate_seconds=$seconds
  done <"$work/checks"
  since=$(date +%s) dead='' pause=0.2
  while read_queue && read_states && ! units_are_up; do
    waited=$(($(date +%s) - since))
    if [ "$waited" -ge "$gate_seconds" ]; then
      show_journal
      fail_unit "$pending" "still $pending_state after $gate_seconds s"
    fi
    sleep "$pause"
    pause=$((1 + waited / 30))
  done
}

# Read before the states: a job that ends in between has changed the state that is read.
read_queue() { systemctl list-jobs --no-legend --plain >"$work/queue"; }

# Up means: active, or for a one-shot also inactive, without a queued job. `dead` has the units that were inactive
# without a job: if this is seen twice, they are not starting.
units_are_up() {
  pending='' pending_state='' was_dead=$dead dead=''
  while read -r unit_state name activation _; do
    [ "$activation" != none ] || continue
    if grep -qF " $name " "$work/queue"; then
      pending=$name pending_state="$unit_state, with a queued job,"
      continue
    fi
    case $unit_state in
      active) ;;
      failed) fail_unit "$name" failed ;;
      inactive) check_inactive ;;
      *) pending=$name pending_state=$unit_state ;;
    esac
  done <"$work/states-now"
  [ -z "$pending" ]
}

check_inactive() { # reads the names of the loop in units_are_up
  if [ "$activation" = rerun ] || is_skipped "$name"; then
    return 0
  else
    case " $was_dead " in *" $name "*) fail_unit "$name" "did not start" ;; esac
    dead="$dead $name" pending=$name pending_state=inactive
  fi
}
