# --- bundle: verification before anything is unpacked -----------------------------------------------------------------

# The records of one kind in the open bundle's manifest, `$manifest`, without the kind.
records() { records_of "$1" <"$manifest"; }

# The second word of a record that occurs once, or nothing.
field() { field_of "$1" <"$manifest"; }

# The id of the site, which its name does not decide; nothing in older bundles.
site_id_of() { sed -n 's/^site [^ ]* //p'; }

# The lines of a marker: site, host and state; and the id of the site.
marker_of() { # STATE
  echo "$(field site) $(field host) $1"
  site_id_of <"$manifest"
}

corrupted() { fail 4 "$1: corrupted (expected sha256 $2, found $3)"; }

hash_of() { sha256sum <"$1" | cut -c 1-64; }

# Sets `manifest` and `digest` from the bundle in the working directory. A staged bundle is not hashed again: its
# manifest has the digest of everything.
read_bundle() {
  if [ ! -f bundle ] || [ ! -f SHA256SUMS ]; then fail 2 "$verb: no bundle in $PWD"; fi
  check_types
  manifest=$PWD/bundle
  digest=$(hash_of bundle)
  is_staged && return
  check_list
  check_one bundle
  check_format
}

# Sets `manifest` and `digest`, and changes to the bundle's directory if one is given. `$bundle_dir` is empty for the
# staged bundle.
open_bundle() { # [DIR]
  bundle_dir=${1:-}
  if [ -z "$bundle_dir" ] && [ -f "$own_list" ]; then bundle_dir=$own_dir; fi
  if [ -n "$bundle_dir" ]; then
    cd "$bundle_dir" 2>/dev/null || fail 2 "$verb: $bundle_dir: no such directory"
    read_bundle
  else
    [ "$verb" != stage ] || fail 2 "stage: give the directory of a bundle"
    digest=$(basename "$(readlink "$store/staged" || :)")
    manifest=$store/bundles/$digest/bundle
    [ -f "$manifest" ] || fail 2 "apply: nothing is staged; give the directory of a bundle"
    check_format
    is_staged || fail 2 "apply: the staged bundle is not complete on this node; stage it again"
  fi
  check_address
  check_site
}

# The bundle is of the site that this node belongs to. The ids count, if both have one; otherwise the names.
check_site() {
  before=$home/current/bundle
  if [ "$other_site" = yes ] || [ ! -f "$before" ]; then return 0; fi
  wanted=$(site_id_of <"$manifest")
  known=$(site_id_of <"$before")
  if [ -z "$wanted" ] || [ -z "$known" ]; then
    wanted=$(field site)
    known=$(field_of site <"$before")
  fi
  [ "$wanted" != "$known" ] || return 0
  fail 2 "$verb: the bundle is of site $(field site) ($wanted); this node belongs to site $(field_of site <"$before")" \
    "($known). If it is the same inventory, build it with its own keys, $(field_of site <"$before").pki; to move this" \
    "node to the other site with its data, use --other-site"
}

# The bundle is for this machine: it has the host's address, or a generation of that host.
check_address() {
  [ "$any_address" = no ] || return 0
  wanted=$(field host)
  addresses=$(hostname -I 2>/dev/null | tr -s ' \n' ' ') || :
  case " $addresses " in *" $wanted "*) return 0 ;; esac
  [ ! -f "$home/current/bundle" ] || [ "$(field_of host <"$home/current/bundle")" != "$wanted" ] || return 0
  fail 2 "$verb: the bundle is for host $wanted ($(sed -n 's/^host [^ ]* //p' "$manifest")); this machine has" \
    "${addresses:-no address}; if the address is added later, use --any-address"
}

check_format() {
  [ "$(head -n 1 "$manifest")" = "pigsty-bundle 1" ] ||
    fail 2 "$verb: $(head -n 1 "$manifest" | cut -c 1-40): unknown bundle format; use the agent in the bundle"
}

# The list's last line, with the list's own hash, is checked first. Works in the bundle's directory.
check_list() {
  sed '$d' SHA256SUMS >"$work/listed"
  tail -n 1 SHA256SUMS >"$work/end"
  found=$(hash_of "$work/listed")
  printf 'end %s\n' "$found" | cmp -s - "$work/end" ||
    corrupted SHA256SUMS "$(tr -cd 0-9a-f <"$work/end" | tail -c 64)" "$found"
  is_sum_list <"$work/listed" || fail 4 "SHA256SUMS: malformed"
}

check_one() { # PATH
  expected=$(sed -n "s|  $1\$||p" "$work/listed")
  if [ -z "$expected" ] || [ ! -f "$1" ]; then fail 4 "$1: missing"; fi
  found=$(hash_of "$1")
  [ "$expected" = "$found" ] || corrupted "$1" "$expected" "$found"
}

# Lines `<hex>  <path>` for the paths in file $1. OpenSSL uses the processor's SHA instructions, Debian 12's coreutils
# does not.
hash_list() {
  if command -v openssl >/dev/null; then
    xargs -r -d '\n' openssl dgst -sha256 -r <"$1" | sed 's/ \*/  /'
  else
    xargs -r -d '\n' sha256sum -- <"$1"
  fi
}

# Everything in a bundle is a file or a directory: a FIFO or a device would be read forever.
check_types() {
  odd=$(find bundle SHA256SUMS pigsty-agent blobs ! -type f ! -type d -print -quit 2>/dev/null) || :
  [ -z "$odd" ] || fail 4 "$odd: not a regular file"
}

# Hashes every listed file, in two processes: of the list by size, one takes the odd lines and the other the even lines.
check_files() {
  cut -c 67- "$work/listed" >"$work/paths"
  find blobs ! -type d | sort >"$work/present"
  unlisted=$(sort "$work/paths" | comm -13 - "$work/present" | head -n 1)
  [ -z "$unlisted" ] || fail 4 "$unlisted: not listed in SHA256SUMS"
  xargs -d '\n' stat -c '%s %n' -- <"$work/paths" 2>/dev/null | sort -rn | cut -d ' ' -f 2- >"$work/by-size" || :
  sed -n 'p;n' "$work/by-size" >"$work/odd"
  sed -n 'n;p' "$work/by-size" >"$work/even"
  hash_list "$work/even" >"$work/found-even" &
  even=$!
  jobs="$jobs $even"
  hash_list "$work/odd" >"$work/found-odd" || :
  wait "$even" || :
  sort "$work/found-odd" "$work/found-even" >"$work/found"
  sort "$work/listed" | comm -13 "$work/found" - >"$work/wrong"
  [ -s "$work/wrong" ] || return 0
  while read -r expected path; do
    found=$(sed -n "s|  $path\$||p" "$work/found")
    if [ -n "$found" ]; then
      say "$path: corrupted (expected sha256 $expected, found $found)"
    else
      say "$path: missing"
    fi
  done <"$work/wrong"
  exit_with 4
}
