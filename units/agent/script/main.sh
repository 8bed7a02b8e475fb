# --- main: the other verbs --------------------------------------------------------------------------------------------

# Reads the manifest for the functions below: `$work/wanted`, `$work/units`, `$work/states`.
read_manifest() {
  wanted_links >"$work/wanted"
  records unit | sort >"$work/by-name"
  sort_units "$work/by-name" >"$work/units"
  states_of <"$manifest" >"$work/states"
}

# Sets the options of stage, apply and rollback; `option_count` is how many there are.
read_options() {
  option_count=$#
  while [ -n "${1:-}" ] && [ "${1#-}" != "$1" ]; do
    case $verb:$1 in
      stage:--any-address | apply:--any-address) any_address=yes ;;
      stage:--other-site | apply:--other-site | rollback:--other-site) other_site=yes ;;
      apply:--no-rollback | rollback:--no-rollback) may_return=no ;;
      apply:--keep=*) read_keep "${1#--keep=}" ;;
      apply:--replace) : >"$run/replace" ;;
      *) fail 2 "$verb: unknown option $1" ;;
    esac
    shift
  done
  option_count=$((option_count - $#))
  [ $# -le 1 ] || fail 2 "$verb: too many arguments"
}

read_keep() { # NUMBER
  case $1 in '' | *[!0-9]* | ????*) fail 2 "apply: --keep=$1: not a number from 2 to 999" ;; esac
  [ "$1" -ge 2 ] || fail 2 "apply: --keep=$1: the current and the previous generation are always kept"
  keep=$1
}

do_stage() {
  lock
  read_options "$@"
  shift "$option_count"
  open_bundle "$@"
  stage
  sync_trees
}

do_apply() {
  lock
  read_options "$@"
  shift "$option_count"
  open_bundle "$@"
  read_manifest
  if is_current_and_good && is_staged; then
    [ -z "$bundle_dir" ] || stage
    if all_units_run; then
      prune
      say_expiring
      say "apply: nothing to do, $(readlink "$home/current") is current and good"
      return
    fi
  fi
  preflight
  [ -z "$bundle_dir" ] || stage
  cd /
  refuse_newer_state
  write_generation
  activate
  prune
  say "apply: $generation is current and good"
  renew_metrics
  say_unused_state
}

# Switches to the open generation, and makes it the good one when it is healthy. The result is written before `good`
# changes: after a power failure between the two, the node boots on the old one, and the new one was healthy.
activate() {
  announce
  retire_units
  if [ "$(result_of "$generation")" = good ]; then write_result "$generation" again; else write_result "$generation" started; fi
  is_current_and_good || switch
  run_units
  wait_for_health
  sync_trees
  write_result "$generation" good
  [ "$(readlink "$home/good" || :)" = "generations/$generation" ] || point "$home/good" "generations/$generation"
  returns=no
  # shellcheck disable=SC2086 # unit names are single words
  say_waiting $touched
  say_expiring
}

preflight() {
  check_ids passwd
  check_ids group
  check_places
  while read -r state path; do check_state "$state" "$path"; done <"$work/states"
  check_removed_units
}

# The host is completely switched to this bundle, and it was healthy.
is_current_and_good() {
  [ ! -e "$store/switching" ] && [ -d "$run/units" ] && cmp -s "$home/current/bundle" "$manifest" &&
    [ "$(readlink "$home/good")" = "$(readlink "$home/current")" ]
}

# Switches the host to `generation`, except for the start of units.
switch() {
  make_dir 0755 "$run" "$run/units"
  [ "$verb" = 'going back' ] || reserve_space
  expect_return
  echo "$generation" | write_file "$store/switching"
  make_directories
  record_writers
  stop_removed_units
  [ "$(readlink "$home/current" || :)" = "generations/$generation" ] || point "$home/current" "generations/$generation"
  write_journal "$verb: $generation is current"
  update_host
}

# The way back must also be possible on a full disk: it begins by removing these files.
reserve_space() {
  head -c 1048576 /dev/zero >"$store/reserve.new"
  head -c 65536 /dev/zero >"$home/reserve.new"
}

# From here on, a failure leads back to the good generation, if there is another one.
expect_return() {
  good=$(name_of "$home/good")
  [ "$may_return" = no ] || [ "$verb" = 'going back' ] || [ "$good" = - ] || [ "$good" = "$generation" ] || returns=yes
}

update_host() {
  update_links
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
  manifest=$home/$good/bundle
  if [ "$good" != "$current" ] && [ -f "$manifest" ]; then return_at_boot; fi
  manifest=$home/current/bundle
  read_manifest
  records image >"$work/images"
  while read -r name id _; do
    [ -d "$store/images/$id" ] || say "boot: image $name is missing after a power failure: run apply again"
  done <"$work/images"
  say_expiring
  [ -n "$good" ] || say "boot: $current is not good, and no good generation exists"
  if [ -e "$store/switching" ]; then
    [ "$(cat "$store/switching")" != removal ] ||
      say "boot: the removal of this host was interrupted, and it runs again: run pigsty-agent remove once more"
    update_host
    systemctl start --no-block pigsty.target || :
  fi
  settings_of "$(name_of "$home/current")" <"$manifest" >"$run/settings"
  unit_files_of <"$manifest" >"$run/loaded"
  record_units "$(records unit | cut -d ' ' -f 1 | paste -s -d ' ')"
}

return_at_boot() {
  read_manifest
  reason=$(obstacle)
  if [ -n "$reason" ]; then
    say "boot: $current did not pass its health gate, and stays: cannot go back to $good: $reason"
    return
  fi
  say "boot: $current did not pass its health gate: back to $good"
  name_of "$home/good" | write_file "$store/switching"
  point "$home/current" "$good"
  try_result "${current##*/}" rolled-back
}

show_help() {
  cat <<HELP
usage: pigsty-agent stage [--any-address] [--other-site] [DIR]
                                     verify the bundle in DIR, unpack its images, keep it; running services are not affected
       pigsty-agent apply [--replace] [--any-address] [--other-site] [--no-rollback] [--keep=N] [DIR]
                                     stage it and switch to it; without DIR: the staged bundle. If the node does not become
                                     healthy, it goes back to the good generation. --no-rollback: it does not. --keep=N:
                                     keep N generations (3). --replace: this machine replaces a lost one. --any-address:
                                     it may lack the address of the bundle's host. --other-site: the node, and the
                                     state of this host, may belong to another site
       pigsty-agent rollback [--no-rollback] [--other-site] [N]
                                     back to the good generation, or the good one before; or to generation N
       pigsty-agent history [--json] generations: number, digest, time, result
       pigsty-agent status [--json]  generations, units, settings that wait for a restart, state
       pigsty-agent metrics [DIR]    the same for Prometheus; with DIR, as DIR/pigsty.prom
       pigsty-agent verify [DIR]     check hashes on the node; with the bundle in DIR, also every byte of the images
       pigsty-agent remove [--data=ADDRESS]
                                     retire this host: stop all units and take back what bundles have put here. State stays,
                                     unless the host's address confirms that it is to be deleted
       pigsty-agent remove --data=ADDRESS STATE...
                                     delete state that the current bundle does not use
       pigsty-agent boot             at boot: back to the good generation if the current one is not good
       pigsty-agent help | --version

DIR defaults to the agent's directory if it has a bundle.
Exit codes: 0 done, 1 unexpected, 2 usage, or a node that cannot use this bundle (nothing changed),
4 verification failed (nothing changed), 6 not healthy in time, and still current, 7 not healthy, and gone back to the
good generation, 8 that one is not healthy either.
HELP
}

main() {
  [ $# -le 6 ] || fail 2 "too many arguments; see pigsty-agent help"
  [ $# -eq 0 ] || shift
  case $verb in
    stage) do_stage "$@" ;;
    apply) do_apply "$@" ;;
    rollback) do_rollback "$@" ;;
    return) do_return "$@" ;;
    history) do_history "$@" ;;
    verify) do_verify "$@" ;;
    remove) do_remove "$@" ;;
    boot) do_boot ;;
    status) do_status "$@" ;;
    metrics) do_metrics "$@" ;;
    help | --help | -h) show_help ;;
    version | --version) echo "pigsty-agent $version" ;;
    *) fail 2 "unknown verb $verb; see pigsty-agent help" ;;
  esac
}

main "$@"
