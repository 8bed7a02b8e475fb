# --- manifest: reads the manifest of a bundle --------------------------------------------------------------------------
# Pure: functions of standard input and their arguments. Unless stated otherwise, the manifest is on standard input.

# The records of one kind, without the kind.
records_of() { sed -n "s/^$1 //p"; } # KIND

# The second word of a record that occurs once, or nothing.
field_of() { sed -n "s/^$1 \([^ ]*\).*/\1/p"; } # KIND

# `<name> <id> <layer>,…`, one line for each image tree: images with the same id share one.
images_of() { records_of image | sort -u -k 2,2; }

# `<state> <path>` of state directories.
states_of() { records_of directory | sed -n 's/^[^ ]* [^ ]* [^ ]* \([^ -][^ ]*\) /\1 /p'; }

# `<path> <target>` of every link on the host; `=<text>` stands for a file with that line.
links_of() { # HOME UNIT_DIRECTORY ZONEINFO
  sed -n -E "
    s|^file [^ ]+ [^ ]+ [^ ]+ [^ ]+ ([^ ]+) (/[^ ]+)\$|\2 $1/current/\1|p
    s|^link ([^ ]+ [^ ]+)\$|\1|p
    s|^hostname ([^ ]+)\$|/etc/hostname =\1|p
    s|^timezone ([^ ]+)\$|/etc/localtime $3/\1|p
    /^unit /{
      h
      s|^unit (pigsty\.target) .*|$2/multi-user.target.wants/\1 $2/\1|p
      s|^unit (pigsty-boot\.service) .*|$2/sysinit.target.wants/\1 $2/\1|p
      g
      s|^unit ([^ ]+) .*|$2/\1 $1/current/units/\1|p
    }
  " | sort -u
}

# `<name> <days left> <state> <seconds since 1970>` of each certificate; the state is valid, expiring or expired.
certificates_at() { # SECONDS
  records_of certificate | while read -r name expires reported; do
    if [ "$1" -ge "$expires" ]; then
      certificate_state=expired
    elif [ "$1" -ge "$reported" ]; then
      certificate_state=expiring
    else
      certificate_state=valid
    fi
    echo "$name $(((expires - $1) / 86400)) $certificate_state $expires"
  done
}

# The rootfs id of a unit's image; nothing without one.
image_of_unit() { # UNIT MANIFEST
  image=$(records_of unit <"$2" | sed -n "s/^$1 [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1/p")
  records_of image <"$2" | sed -n "s/^${image:--} \([^ ]*\) .*/\1/p"
}

hash_of_file() { records_of file | sed -n "s|^\([^ ]*\) [^ ]* [^ ]* [^ ]* $1 .*|\1|p"; } # PATH

# Lines for sha256sum(1): the files of the bundle. Measured files are written on the node.
sums_of() { records_of file | cut -d ' ' -f 1,5 | sed '/^measured /d;s/ /  /'; }

# The paths of all files, below the generation.
paths_of() { records_of file | cut -d ' ' -f 5; }

measured_of() { records_of file | sed -n 's|^measured [^ ]* [^ ]* [^ ]* \([^ ]*\).*|\1|p'; }

# The files that declare users: those with a link in sysusers.d.
sysusers_of() { records_of file | sed -n 's|^.* \([^ ]*\) /etc/sysusers\.d/[^ ]*$|\1|p'; }

owned_by() { records_of file | sed -n "s|^[^ ]* $1 $2 $3 \([^ ]*\).*|\1|p"; } # MODE OWNER GROUP

# `<hash> <path> <link>` of files that the host reads at boot. The agent loads them again when they change. Measured
# files have no hash: they count as changed with each generation.
settings_of() { # GENERATION
  records_of file | cut -d ' ' -f 1,5,6 | grep -E ' /etc/(sysctl|modules-load|tmpfiles)\.d/' |
    sed "s/^measured /$1 /" | sort
}

# The same for unit files and drop-ins, which systemd reads.
unit_files_of() { records_of file | cut -d ' ' -f 1,5,6 | grep -E '^[^ ]+ units/| /etc/systemd/' | sort; }

# Sorts unit records: `<name> <activation> <restart> <reload>`, each after the units of its `after` list. FILE has
# the records, sorted by name. tsort orders the names, nl numbers them, join adds the other fields.
sort_units() { # FILE
  # shellcheck disable=SC2094 # both only read it
  unit_pairs <"$1" | tsort | nl -w 1 -s ' ' | sort -k 2,2 |
    join -1 2 -2 1 -o 1.1,2.1,2.2,2.3,2.4 - "$1" | sort -n | cut -d ' ' -f 2-
}

# Unit records on standard input. For tsort: `<before> <unit>`, and each unit with itself, because it may have no other.
unit_pairs() {
  while read -r name _ _ _ _ after; do
    echo "$name $name"
    for before in $(echo "$after" | tr ',' ' '); do [ "$before" = - ] || echo "$before $name"; done
  done
}

# Links on standard input: the names of the units among them.
units_of_links() { sed -n "s|^$1/\([^/ ]*\) .*|\1|p"; } # UNIT_DIRECTORY

# Absolute paths on standard input: every directory above them, once.
directories_above() {
  while read -r path; do
    while [ -n "$path" ]; do path=${path%/*} && echo "${path:-/}"; done
  done | sort -u
}
