# --- files: where root writes, above all below directories of others --------------------------------------------------
# State directories and their markers, below directories that service accounts own, are read and written only here.
# Links on the host are in `host`.

# Of the paths on standard input, those that exist and pass the tests of find that are given. -H follows links, -P does
# not.
find_these() { # -H|-P TEST...
  follow=$1
  shift
  # shellcheck disable=SC2185 # the paths come by -files0-from
  tr '\n' '\0' | find "$follow" -files0-from - -maxdepth 0 "$@" 2>/dev/null || :
}

# Of the file system that PATH is on, or will be on; nothing without a path.
bytes_of() { # size|avail PATH
  [ -n "$2" ] || return 0
  path=$2
  while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
  df --output="$1" -B 1 -- "$path" | tail -n 1 | tr -d ' '
}

# Parents that are missing too become 0755.
make_dir() { # MODE PATH...
  mode=$1
  shift
  # shellcheck disable=SC2174 # that only the last one gets the mode is what is wanted
  for path in "$@"; do [ -d "$path" ] || (umask 022 && mkdir -p -m "$mode" -- "$path"); done
}

# point LINK TARGET: the link changes from one target to the other with nothing in between, on disk too.
point() {
  ln -sfn -- "$2" "$1.new"
  mv -T -- "$1.new" "$1"
  sync "${1%/*}/"
}

# write_file PATH: standard input becomes its content, whole or not at all.
write_file() {
  cat >"$1.new"
  sync "$1.new"
  mv -T -- "$1.new" "$1"
  sync "${1%/*}/"
}

# A link never replaces a directory, and a directory never a file. A link to a directory must belong to root: with
# a link of its own, a service could make root write elsewhere.
check_places() {
  cut -d ' ' -f 1 "$work/wanted" | find_these -P -type d >"$work/in-the-way"
  refuse_first 'is a directory; the bundle wants a link there'
  records directory | cut -d ' ' -f 5 >"$work/directory-paths"
  find_these -H ! -type d <"$work/directory-paths" >"$work/in-the-way"
  refuse_first 'is not a directory; the bundle wants one there'
  find_these -P -type l ! -user root <"$work/directory-paths" >"$work/in-the-way"
  refuse_first 'is a link that root did not make; the bundle wants a directory there'
}

refuse_first() { # MESSAGE
  [ ! -s "$work/in-the-way" ] || fail 2 "$verb: $(head -n 1 "$work/in-the-way") $1"
}

# State that this node has initialised must exist, at the same path. State of another site or host stays untouched. A
# directory with other files is not taken over.
check_state() { # STATE PATH
  if [ -f "$2/.pigsty-state" ]; then
    marker=$(head -c 1000 "$2/.pigsty-state")
    [ "$marker" = "$(marker_of "$1")" ] ||
      fail 2 "$verb: $2 holds the state of \"$marker\", not of \"$(marker_of "$1")\"; mount the right disk, or move" \
        "it away"
    return 0
  fi
  if [ -f "$store/state/$1" ]; then
    known=$(head -n 1 "$store/state/$1")
    fail 2 "$verb: state $1 was initialised on this node in $known, but there is no $2/.pigsty-state;" \
      "mount its disk (or move the data there); if it is lost for good, remove $store/state/$1"
  fi
  foreign=$(find "$2" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.pigsty-state*' -print -quit 2>/dev/null) || :
  [ -z "$foreign" ] ||
    fail 2 "$verb: $2 is not empty ($foreign) and was not made by a bundle; move it away, or, if it is the state" \
      "of this host, write \"$(marker_of "$1")\" to $2/.pigsty-state"
}

# Parents first, as the manifest lists them; one find tells which differ. State is marked before anything is put into
# its directory: a directory that is neither empty nor marked is refused.
make_directories() {
  [ -d "$store/state" ] || mkdir "$store/state"
  records directory >"$work/directories"
  cut -d ' ' -f 5 "$work/directories" | find_these -H -type d -printf '%#m %u %g %p\n' >"$work/existing"
  while read -r mode owner group state path; do
    grep -qxF "$mode $owner $group $path" "$work/existing" || install -d -m "$mode" -o "$owner" -g "$group" -- "$path"
    [ "$state" = - ] || mark_state "$state" "$path"
  done <"$work/directories"
}

# The marker before the record: a record without its marker means that the disk is gone.
mark_state() { # STATE PATH
  [ -f "$2/.pigsty-state" ] || marker_of "$1" | (umask 022 && write_file "$2/.pigsty-state")
  [ "$(cat "$store/state/$1" 2>/dev/null || :)" = "$2" ] || echo "$2" | write_file "$store/state/$1"
}

# `<state> <path> <present|missing>` of what this node has initialised.
state_places() {
  for record in "$store"/state/*; do
    [ -f "$record" ] || continue
    path=$(head -n 1 "$record")
    if [ -f "$path/.pigsty-state" ]; then presence=present; else presence=missing; fi
    echo "${record##*/} $path $presence"
  done
}
