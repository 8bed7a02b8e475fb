# --- prune: removes what no generation that is kept needs -------------------------------------------------------------

# Kept are the current generation, the good one, the good one before, that of the staged bundle, and further good ones,
# newest first, up to `$keep`; their bundles and the staged one; and the images of all these.
#
# Generations go first, then bundles, then images, each by a rename that is synced before the next: after a power
# failure, whatever has its final name is whole, and what it needs is there. The next run removes the renamed ones.
prune() {
  kept_generations >"$work/kept-generations"
  list_names "$home/generations" | comm -23 - "$work/kept-generations" | retire "$home/generations"
  kept_bundles >"$work/kept-bundles"
  list_names "$store/bundles" | comm -23 - "$work/kept-bundles" | retire "$store/bundles"
  kept_images >"$work/kept-images"
  list_names "$store/images" | comm -23 - "$work/kept-images" | unused_images | retire "$store/images"
  rm -f "$store/pigsty-agent" # an earlier removal left it
  rm -rf "$home"/generations/.new-* "$store"/bundles/.new-* "$store"/images/.new-*
}

list_names() { find "$1" -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f\n' | sort; } # DIRECTORY

kept_generations() {
  good=$(name_of "$home/good")
  staged=$(name_of "$store/staged" | cut -c 1-12)
  {
    name_of "$home/current"
    echo "$good"
    good_before "$good"
    good_generations | sort -rn
  } >"$work/by-rank"
  nl -w 1 -s ' ' "$work/by-rank" | sort -s -u -k 2,2 | sort -n | cut -d ' ' -f 2 | head -n "$keep" >"$work/ranked"
  list_names "$home/generations" | grep -- "-$staged\$" | cat - "$work/ranked" | sort -u
}

kept_bundles() {
  name_of "$store/staged" >"$work/staged-name"
  while read -r name; do
    [ ! -f "$home/generations/$name/bundle" ] || hash_of "$home/generations/$name/bundle"
  done <"$work/kept-generations" | cat - "$work/staged-name" | sort -u
}

kept_images() {
  {
    sed "s|.*|$home/generations/&/bundle|" "$work/kept-generations"
    sed "s|.*|$store/bundles/&/bundle|" "$work/kept-bundles"
  } | existing_paths -P -type f | tr '\n' '\0' | xargs -r -0 sed -n 's/^image [^ ]* \([^ ]*\) .*/\1/p' -- | sort -u
}

# Without those that a process still has as its root: it may run longer than the unit that started it.
unused_images() {
  while read -r id; do
    grep -qs -F "/$id/rootfs " /proc/[0-9]*/mountinfo || echo "$id"
  done
}

# What has its final name is whole, also when the agent is killed.
retire_all() { [ ! -d "$1" ] || list_names "$1" | retire "$1"; } # DIRECTORY

# Names on standard input.
retire() { # DIRECTORY
  retired=no
  while read -r name; do
    rm -rf "$1/.new-$name"
    mv -T -- "$1/$name" "$1/.new-$name"
    retired=yes
  done
  [ "$retired" = no ] || sync "$1"
}
