# --- inspect: the verbs verify and status -----------------------------------------------------------------------------

do_verify() {
  lock
  [ -L "$home/current" ] || fail 2 "verify: no generation yet"
  problems=0
  for generation in $(readlink "$home/current" "$home/good" | sort -u); do
    manifest=$home/$generation/bundle
    verify_generation "$home/$generation" || problems=$((problems + 1))
  done
  for parts in "$store"/bundles/*/; do
    verify_parts "${parts%/}" || problems=$((problems + 1))
  done
  for image in "$store"/images/*/; do
    verify_tree "${image%/}" || problems=$((problems + 1))
  done
  [ -z "${1:-}" ] || compare_with_bundle "$1"
  [ "$problems" -eq 0 ] || exit_with 4
  manifest=$home/current/bundle
  say_expiring
  echo "verified: generations, bundles and image trees are as they were staged"
}

# In a subshell, so that the first problem does not end the script.
verify_generation() { (check_generation "$1"); }

verify_parts() ( # DIRECTORY
  manifest=$1/bundle
  check_part() { # FILE EXPECTED
    found=$(hash_of "$1")
    [ "$found" = "$2" ] || corrupted "$1" "$2" "$found"
  }
  check_part "$1/bundle" "$(basename "$1")"
  check_part "$1/config.tar" "$(field config)"
  check_part "$1/secrets.tar" "$(field secrets)"
)

verify_tree() { # DIRECTORY
  [ -f "$1/tree" ] || { say "$1: no list of its files" && return 1; }
  list_tree "$1/rootfs" | comm -3 "$1/tree" - | sed 's/^\t//' | cut -d ' ' -f 1 | uniq | head -n 5 >"$work/differing"
  [ -s "$work/differing" ] || return 0
  say "$1/rootfs: differs from what was unpacked: $(paste -s -d ' ' "$work/differing")"
  return 1
}

# Compares every byte of the trees: verifies the bundle and unpacks it again beside them.
compare_with_bundle() { # DIR
  cd "$1" 2>/dev/null || fail 2 "verify: $1: no such directory"
  manifest=$PWD/bundle
  if [ ! -f bundle ] || [ ! -f SHA256SUMS ]; then fail 2 "verify: no bundle in $1"; fi
  check_types
  check_list
  check_files
  check_format
  images_of <"$manifest" >"$work/images"
  while read -r name id layers; do
    [ -d "$store/images/$id" ] || continue
    tree=$(new_tree)
    unpack_image "$tree" "$layers"
    diff -rq --no-dereference "$tree/rootfs" "$store/images/$id/rootfs" |
      grep -v "^Only in $store/images/$id" >"$work/diff" || :
    rm -rf "$tree"
    [ -s "$work/diff" ] || continue
    say "$name: $(head -n 1 "$work/diff" | sed "s|$tree|the bundle|g")"
    problems=$((problems + 1))
  done <"$work/images"
}

do_status() {
  current=$(name_of "$home/current")
  good=$(name_of "$home/good")
  staged=$(name_of "$store/staged")
  manifest=$home/current/bundle
  [ -f "$manifest" ] || manifest=/dev/null
  case ${1:-} in
    '') status_text ;;
    --json) status_json ;;
    *) fail 2 "status: unknown option $1" ;;
  esac
}

# `<unit> <activation> <state>` of the current generation, escaped for JSON.
unit_states() {
  # shellcheck disable=SC2046 # unit names are single words
  set -- $(systemctl is-active $(records unit | cut -d ' ' -f 1) 2>/dev/null)
  records unit | while read -r name activation _; do
    printf '%s %s %s\n' "$name" "$activation" "$1"
    shift
  done
}

is_switching() { [ -e "$store/switching" ]; }

# What rollback without a number would go back to from a good generation.
previous() { [ "$good" = - ] || good_before "$good"; }

# `<generation> <result> <time>` of the last switch.
last_result() {
  history_lines | sort -n -k 3,3 | tail -n 1 | while read -r name _ applied result; do
    echo "$name $result $(time_of "$applied")"
  done
}

status_text() {
  echo "site     $(field site), host $(field host) ($(sed -n 's/^host [^ ]* //p' "$manifest"))"
  echo "current  $current$(if is_switching; then echo ', switch incomplete'; fi)"
  echo "good     $good"
  echo "staged   $staged"
  echo "previous $(previous)"
  echo "last     $(last_result)"
  unit_states | sed 's/^/unit     /'
  unit_states | sed -n 's/^\([^ ]*\) [^ ]* failed$/\1/p' | while read -r name; do
    journalctl -u "$name" -n 5 --no-pager -o cat -q 2>/dev/null </dev/null | printable | sed "s/^/log      $name: /" || :
  done
  waiting_settings | sed 's/^\([^ ]*\) \([^ ]*\) \(.*\)/waits    \2 (\3) for a restart of \1/'
  certificates_at "$(date +%s)" <"$manifest" | certificate_lines | sed 's/^/cert     /'
  state_places | sed 's/^/state    /'
  next_step | sed 's/^/next     /'
}

# What to do about a generation that is not good, or not wholly switched to; nothing otherwise.
next_step() {
  if [ "$current" != - ] && [ "$good" = - ]; then
    echo 'no generation is good yet: correct the cause, then apply again'
  elif is_switching || [ "$current" != "$good" ]; then
    echo "apply again to retry, or pigsty-agent rollback to go back to $good"
  fi
}

status_json() {
  cat <<JSON
{"apiVersion":"pigsty/v1","kind":"NodeStatus","agent":"$version",
"site":$(json_text "$(field site)"),"host":$(json_text "$(field host)"),
"current":$(json_text "$current"),"good":$(json_text "$good"),"staged":$(json_text "$staged"),
"switching":$(if is_switching; then echo true; else echo false; fi),
"previous":$(json_text "$(previous)"),
"last":$(last_result | json_list generation result applied | grep . || echo null),
"next":$(json_text "$(next_step)"),
"pendingRestart":[$(waiting_settings | json_list unit setting change)],
"certificates":[$(certificates_at "$(date +%s)" <"$manifest" | certificates_json)],
"units":[$(unit_states | json_list name activation state)],
"state":[$(state_places | json_list name path presence)]}
JSON
}
