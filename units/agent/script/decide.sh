# --- decide: verdicts and numbers -------------------------------------------------------------------------------------
# Pure: functions of standard input and their arguments.

# The lines of SHA256SUMS without the last one, on standard input: `<hex>  <path>`. No path leaves the bundle; a blob
# has its hash as its name.
is_sum_list() {
  ! sed -E '
    /\.\./b
    /^([0-9a-f]{64})  blobs\/sha256\/\1$/d
    /  blobs\//b
    /^[0-9a-f]{64}  [A-Za-z0-9._][A-Za-z0-9._\/-]*$/d
  ' | grep -q ''
}

# The maximum of bytes that unpacking needs, for sizes of layers on standard input: 5 % more for the file system, 64 MiB
# for the rest of the bundle.
needed_bytes() {
  needed=67108864
  while read -r size; do needed=$((needed + size + size / 20)); done
  echo "$needed"
}

# The first user, or group of the same name, that the node has with another name or id, as text; nothing when each is
# absent or the same. USERS has lines `<name> <uid> <gid>`, KNOWN the node's entries as getent(1) prints them.
find_clash() { # passwd|group USERS KNOWN
  while read -r name uid gid; do
    while IFS=: read -r known_name _ known_id known_gid _; do
      case $1 in
        passwd) what=user ours="uid $uid, gid $gid" theirs="uid $known_id, gid $known_gid" id=$uid ;;
        *) what=group ours="gid $gid" theirs="gid $known_id" id=$gid ;;
      esac
      [ "$name" = "$known_name" ] || [ "$id" = "$known_id" ] || continue
      [ "$name $ours" != "$known_name $theirs" ] || continue
      echo "$what $name ($ours); this node has $what $known_name ($theirs)"
      return
    done <"$3"
  done <"$2"
}

# The name of the generation after NEWEST, which is empty on a new node: `<number>-<12 digits of the digest>`.
next_generation() { # NEWEST DIGEST
  number=${1%%-*}
  echo "$((${number:-0} + 1))-$(echo "$2" | cut -c 1-12)"
}

# True if version A is newer than version B, as sort -V orders them.
is_newer() { # A B
  [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]
}

# The upstream version of PACKAGE in dpkg's status on standard input, its first COMPONENTS numbers; nothing if unknown.
package_version() { # PACKAGE COMPONENTS
  sed -n "/^Package: $1\$/,/^\$/s/^Version: \([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p" | head -n 1 | cut -d . -f "1-$2"
}

# MiB, rounded up: BYTES, or LIMIT when that is less. `max` is no limit.
limited_mib() { # BYTES LIMIT
  bytes=$1
  [ "$2" = max ] || [ "$2" -ge "$bytes" ] || bytes=$2
  echo $(((bytes + 1048575) / 1048576))
}

# What apply does with a unit: `keep` it unchanged, `reload` it, `start` (or restart) it, or `retry`: start it unless
# systemd has skipped it in this boot because a condition was not met. DIGESTS are `<restart> <reload>` of the manifest,
# RECORDED those of the last start, LAST_RUN the restart digest of a one-shot's last success.
unit_action() { # NAME ACTIVATION:STATE DIGESTS RECORDED LAST_RUN
  case "$1 $2" in
    *\ none:*) echo keep ;;
    # A restart of a target restarts its units.
    *.target\ start:active) echo keep ;;
    *\ rerun:failed) echo start ;;
    # Started by an earlier run of the agent, with this configuration.
    *\ rerun:activating) if [ "$5" = "${3% *}" ] || [ "${4% *}" = "${3% *}" ]; then echo keep; else echo start; fi ;;
    *\ rerun:*) if [ "$5" = "${3% *}" ]; then echo keep; else echo start; fi ;;
    *:active | *:reloading | *:activating)
      case $2:${4% *} in
        *:active:"${3% *}") if [ "$3" = "$4" ]; then echo keep; else echo reload; fi ;;
        *) if [ "$3" = "$4" ]; then echo keep; else echo start; fi ;;
      esac
      ;;
    *\ start:inactive) if [ "$3" = "$4" ]; then echo retry; else echo start; fi ;;
    *) echo start ;;
  esac
}

# A value for JSON: null for what does not exist.
json_text() { if [ -n "$1" ] && [ "$1" != - ]; then printf '"%s"' "$1"; else printf null; fi; }

# One JSON object for each line of three words, with the given names for its fields; joined by commas.
json_list() { # NAME NAME NAME
  sed -E 's/[\\"]/\\&/g; s/^([^ ]*) ([^ ]*) (.*)$/{"'"$1"'":"\1","'"$2"'":"\2","'"$3"'":"\3"}/' | paste -s -d ,
}
