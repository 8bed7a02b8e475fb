# --- main: the other verbs --------------------------------------------------------------------------------------------

# Reads the manifest for the functions below: `$work/wanted`, `$work/units`, `$work/states`.
read_manifest() {
  wanted_links >"$work/wanted"
  records unit | sort >"$work/by-name"
  sort_units "$work/by-name" >"$work/units"
  states_of <"$manifest" >"$work/states"
}

# Sets the options of stage and apply; `option_count` is how many there are.
read_options() {
  option_count=$#
  while :; do
    case ${1:-} in
      --any-address) any_address=yes ;;
      -*)
        [ "$verb $1" = 'apply --replace' ] || fail 2 "$verb: unknown option $1"
        : >"$run/replace"
        ;;
      *) break ;;
    esac
    shift
  done
  option_count=$((option_count - $#))
  [ $# -le 1 ] || fail 2 "$verb: more than one directory"
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
      say "apply: nothing to do, $(readlink "$home/current") is current and good"
      return
    fi
  fi
  preflight
  [ -z "$bundle_dir" ] || stage
  cd /
  write_generation
  is_current_and_good || switch
  run_units
  wait_for_health
  sync_trees
  [ "$(readlink "$home/good" || :)" = "generations/$generation" ] || point "$home/good" "generations/$generation"
  say "apply: $generation is current and good"
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
  echo "$generation" | write_file "$store/switching"
  make_directories
  stop_removed_units
  [ "$(readlink "$home/current" || :)" = "generations/$generation" ] || point "$home/current" "generations/$generation"
  logger -t pigsty-agent "$verb: $generation is current" 2>/dev/null || :
  update_host
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
  if [ "$good" != "$current" ] && [ -f "$home/$good/bundle" ]; then
    say "boot: $current did not pass its health gate: back to $good"
    : | write_file "$store/switching"
    point "$home/current" "$good"
  fi
  manifest=$home/current/bundle
  read_manifest
  records image >"$work/images"
  while read -r name id _; do
    [ -d "$store/images/$id" ] || say "boot: image $name is missing after a power failure: run apply again"
  done <"$work/images"
  [ -n "$good" ] || say "boot: $current is not good, and no good generation exists"
  if [ -e "$store/switching" ]; then
    update_host
    systemctl start --no-block pigsty.target || :
  fi
  settings_of "$(name_of "$home/current")" <"$manifest" >"$run/settings"
  unit_files_of <"$manifest" >"$run/loaded"
  record_units "$(records unit | cut -d ' ' -f 1 | paste -s -d ' ')"
}

show_help() {
  cat <<HELP
usage: pigsty-agent stage [--any-address] [DIR]
                                     verify the bundle in DIR, unpack its images, keep it; running services are not affected
       pigsty-agent apply [--replace] [--any-address] [DIR]
                                     stage it and switch to it; without DIR: the staged bundle. --replace: this machine
                                     replaces a lost one. --any-address: it may lack the address of the bundle's host
       pigsty-agent status [--json]  generations, units, state
       pigsty-agent verify [DIR]     check hashes on the node; with the bundle in DIR, also every byte of the images
       pigsty-agent boot             at boot: back to the good generation if the current one is not good
       pigsty-agent help | --version

DIR defaults to the agent's directory if it has a bundle.
Exit codes: 0 done, 1 unexpected, 2 usage, or a node that cannot use this bundle (nothing changed),
4 verification failed (nothing changed), 6 not healthy in time: the previous generation stays the good one.
HELP
}

main() {
  [ $# -le 4 ] || fail 2 "too many arguments; see pigsty-agent help"
  [ $# -eq 0 ] || shift
  case $verb in
    stage) do_stage "$@" ;;
    apply) do_apply "$@" ;;
    verify) do_verify "$@" ;;
    boot) do_boot ;;
    status) do_status "$@" ;;
    help | --help | -h) show_help ;;
    version | --version) echo "pigsty-agent $version" ;;
    *) fail 2 "unknown verb $verb; see pigsty-agent help" ;;
  esac
}

main "$@"
