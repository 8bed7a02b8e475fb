# --- files: writes of root, also below directories of service accounts ------------------------------------------------
# Only this part reads and writes state directories and their markers. Links on the host are in `host`.
#
# Root never uses a name below a directory of another account: that account could put a link in its place. Directories
# there are made by systemd-tmpfiles, which refuses such ways; everything else is done with the rights of the account.

# The paths on standard input that exist and pass the given tests of find. -H follows links, -P does not.
existing_paths() { # -H|-P TEST...
  follow=$1
  shift
  # shellcheck disable=SC2185 # the paths come by -files0-from
  tr '\n' '\0' | find "$follow" -files0-from - -maxdepth 0 "$@" 2>/dev/null || :
}

# The size of the file system of PATH, which may not exist yet; nothing without a path.
bytes_of() { # size|avail PATH
  [ -n "$2" ] || return 0
  path=$2
  while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
  df --output="$1" -B 1 -- "$path" | tail -n 1 | tr -d ' '
}

# For paths on standard input: `<path> <account>` if a directory on the way to it, or the path itself, is a directory of
# an account other than root; the first of them.
foreign_ways() {
  xargs -r -d '\n' namei -l -- 2>/dev/null | while read -r mode owner _; do
    case $mode in
      f:) path=$owner found=no ;;
      # A missing directory has its name in the place of the mode.
      d[-r][-w][-xsS][-r][-w][-xsS][-r][-w][-xtT])
        [ "$found" = yes ] || [ "$owner" = root ] || echo "$path $owner"
        [ "$owner" = root ] || found=yes
        ;;
    esac
  done
}

# The account with whose rights names below DIRECTORY may be used.
account_of() { # DIRECTORY
  foreign=$(echo "$1" | foreign_ways)
  [ -n "$foreign" ] || ! has_shared_way "$1" || foreign=nobody
  echo "${foreign##* }"
}

# Whether accounts other than root may put names into a directory of root on the way, as syslog into Ubuntu's /var/log.
has_shared_way() { # DIRECTORY
  namei -l -- "$1" 2>/dev/null | grep -E '^ *d([^ ]{4}w|[^ ]{7}w)' | grep -Evq '^ *d[^ ]{7}-[^ ] +root +root '
}

# Runs a program with the rights of an account; an empty name means root.
with_rights_of() { # ACCOUNT PROGRAM...
  account=$1
  shift
  if [ -z "$account" ]; then
    "$@"
  else
    own_group=$(id -g "$account" 2>/dev/null || echo 65534)
    setpriv --reuid "$account" --regid "$own_group" --clear-groups --inh-caps=-all --no-new-privs -- "$@" 9>&-
  fi
}

# Missing parents get mode 0755.
make_dir() { # MODE PATH...
  mode=$1
  shift
  # shellcheck disable=SC2174 # only the last one gets the mode, as intended
  for path in "$@"; do [ -d "$path" ] || (umask 022 && mkdir -p -m "$mode" -- "$path"); done
}

# point LINK TARGET: changes the target of the link atomically, also on disk.
point() {
  ln -sfn -- "$2" "$1.new"
  mv -T -- "$1.new" "$1"
  sync "${1%/*}/"
}

# write_file PATH: standard input becomes its content, atomically.
write_file() {
  cat >"$1.new" && sync "$1.new" && mv -T -- "$1.new" "$1" && sync "${1%/*}/"
}

# A link never replaces a directory, and a directory never replaces a file. A link to a directory must belong to root:
# with its own link, a service could make root write to another path.
check_places() {
  cut -d ' ' -f 1 "$work/wanted" | existing_paths -P -type d >"$work/in-the-way"
  refuse_if_any 'is a directory; the bundle needs a link at this path'
  records directory | cut -d ' ' -f 5 >"$work/directory-paths"
  existing_paths -H ! -type d <"$work/directory-paths" >"$work/in-the-way"
  refuse_if_any 'is not a directory; the bundle needs one at this path'
  existing_paths -P -type l ! -user root <"$work/directory-paths" >"$work/in-the-way"
  refuse_if_any 'is a link that root did not create; the bundle needs a directory at this path'
  cut -d ' ' -f 1 "$work/wanted" | cat - "$work/directory-paths" | directories_above |
    existing_paths -H -type d -perm -0002 ! -perm -1000 >"$work/in-the-way"
  refuse_if_any 'can be written by every account; the bundle needs a place below it'
}

refuse_if_any() { # MESSAGE
  [ ! -s "$work/in-the-way" ] || fail 2 "$verb: $(head -n 1 "$work/in-the-way") $1"
}

# State that this node has initialised must exist, at the same path. State of another site or host is not changed. A
# directory with other files is refused.
check_state() { # STATE PATH
  marker=$(read_marker "$2")
  if [ -n "$marker" ]; then
    is_own_marker "$marker" "$1" ||
      fail 2 "$verb: $2 has the state of \"$(in_a_line "$marker")\", not of \"$(marker_of "$1" | paste -s -d ' ')\";" \
        "mount the right disk, or move the files; --other-site takes over the state of this host in another site"
    return 0
  fi
  if [ -f "$store/state/$1" ]; then
    known=$(head -n 1 "$store/state/$1")
    fail 2 "$verb: state $1 was initialised on this node in $known, but $2/.pigsty-state is missing:" \
      "mount the disk (or move the data there); if the data is lost, remove $store/state/$1"
  fi
  unknown=$(
    with_rights_of "$(account_of "$2")" find "$2" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.pigsty-state*' \
      -print -quit 2>/dev/null
  ) || :
  [ -z "$unknown" ] ||
    fail 2 "$verb: $2 has files of unknown origin ($unknown): move them, or, if they are the state" \
      "of this host, write \"$(marker_of "$1" | head -n 1)\" to $2/.pigsty-state"
}

in_a_line() { printf '%s\n' "$1" | paste -s -d ' ' | printable; } # TEXT

# `<address> <state>` of a marker; nothing if no agent has written it.
place_of() { # MARKER
  octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  printf '%s\n' "$1" | sed -n -E "1s/^[^ ]+ (($octet\\.){3}$octet [A-Za-z0-9._-]+)\$/\\1/p"
}

# The first mount below a directory.
mount_below() { # DIRECTORY
  real=$(with_rights_of "$(account_of "$1")" readlink -f -- "$1") || real=$1
  cut -d ' ' -f 5 /proc/self/mountinfo | while read -r mount; do
    case $mount in "${real%/}"/*) printf '%s\n' "$mount" ;; esac
  done | head -n 1
}

# The lines of a state directory's marker; nothing without one.
read_marker() { # PATH
  with_rights_of "$(account_of "$1")" timeout 10 head -n 2 -- "$1/.pigsty-state" 2>/dev/null | head -c 1000 || :
}

# Whether a marker is that of a state of this host in this site. The ids count, if both have one; otherwise the names.
is_own_marker() { # MARKER STATE
  place="$(field host) $2"
  id=$(site_id_of <"$manifest")
  marked=$(printf '%s\n' "$1" | sed -n 2p)
  if [ "$other_site" = no ] && { [ -z "$id" ] || [ -z "$marked" ]; }; then
    [ "$(printf '%s\n' "$1" | head -n 1)" = "$(field site) $place" ]
  elif [ "$other_site" = yes ] || [ "$id" = "$marked" ]; then
    [ "$(printf '%s\n' "$1" | sed -n '1s/^[^ ]* //p')" = "$place" ]
  else
    return 1
  fi
}

# False for a marker without the id of the site, and for that of another site which --other-site has accepted.
is_marked() { # STATE PATH
  marker=$(read_marker "$2")
  [ -n "$marker" ] || return 1
  [ "$marker" != "$(marker_of "$1")" ] || return 0
  [ "$other_site" = no ] && [ -z "$(site_id_of <"$manifest")" ]
}

# Parents first. A state directory gets its marker before anything else is made in it: after a kill or a power cut, a
# directory with other files and without a marker would be refused.
make_directories() {
  [ -d "$store/state" ] || mkdir "$store/state"
  records directory >"$work/directories"
  : >"$work/directories.conf"
  while read -r mode owner group state path; do
    real=$path
    # A link of the administrator, in a directory where nobody else can put one.
    if [ -L "$path" ] && [ -z "$(account_of "${path%/*}/")" ]; then real=$(readlink -f -- "$path"); fi
    echo "d $real $mode $owner $group -" >>"$work/directories.conf"
    # Not joined by &&, which would let errors in the first one pass.
    if [ "$state" != - ]; then
      make_listed
      mark_state "$state" "$path"
    fi
  done <"$work/directories"
  make_listed
}

# Makes the directories of `directories.conf`, and empties this list.
make_listed() {
  systemd-tmpfiles --create "$work/directories.conf" </dev/null >"$work/directories.log" 2>&1 9>&- ||
    fail 1 "$verb: $(tail -n 1 "$work/directories.log")"
  sed 's/^d \([^ ]*\) \(.*\) -$/\2 \1/' "$work/directories.conf" | sort >"$work/expected"
  cut -d ' ' -f 4 "$work/expected" | existing_paths -P -type d -printf '%#m %u %g %p\n' | sort |
    comm -13 - "$work/expected" | cut -d ' ' -f 4 >"$work/in-the-way"
  [ ! -s "$work/in-the-way" ] || fail 1 "$verb: $(head -n 1 "$work/in-the-way"): the directory could not be made"
  : >"$work/directories.conf"
}

# The marker is written before the record: a record without marker means that the disk is missing.
mark_state() { # STATE PATH
  # shellcheck disable=SC2016 # the inner shell expands it
  is_marked "$1" "$2" || marker_of "$1" | with_rights_of "$(account_of "$2")" sh -c '
    umask 022
    cat >"$1.new" && sync "$1.new" && mv -T -- "$1.new" "$1" && sync "${1%/*}/"
  ' sh "$2/.pigsty-state"
  [ "$(cat "$store/state/$1" 2>/dev/null || :)" = "$2" ] || echo "$2" | write_file "$store/state/$1"
}

# `<state> <path> <present|missing>` of the state that this node has initialised.
state_places() {
  for record in "$store"/state/*; do
    [ -f "$record" ] || continue
    path=$(head -n 1 "$record")
    if [ -n "$(read_marker "$path")" ]; then presence=present; else presence=missing; fi
    echo "${record##*/} $path $presence"
  done
}
