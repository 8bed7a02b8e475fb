# --- metrics: the state of this node, for Prometheus ------------------------------------------------------------------
# In Prometheus' text format, for node_exporter's textfile collector. Scripts `metrics/<name>` of the generation add theirs.

# Writes DIRECTORY/pigsty.prom, or prints it without a directory.
do_metrics() { # [DIRECTORY]
  current=$(name_of "$home/current")
  good=$(name_of "$home/good")
  manifest=$home/current/bundle
  [ -f "$manifest" ] || fail 2 "metrics: no generation yet"
  if [ -z "${1:-}" ]; then
    print_metrics
  else
    [ -d "$1" ] || fail 2 "metrics: $1: no such directory"
    print_metrics >"$1/pigsty.new"
    chmod 0644 "$1/pigsty.new"
    mv -- "$1/pigsty.new" "$1/pigsty.prom"
  fi
}

# Those that the timer wrote last are of the time before.
renew_metrics() {
  [ ! -e "$home/current/units/pigsty-metrics.service" ] || systemctl start --no-block pigsty-metrics.service || :
}

print_metrics() {
  if is_switching || [ "$current" != "$good" ]; then is_good=0; else is_good=1; fi
  if is_locked; then is_busy=1; else is_busy=0; fi
  states=$(unit_states)
  gauge pigsty_agent_info "{generation=\"${current%%-*}\",digest=\"$(hash_of "$manifest")\",version=\"$version\"} 1"
  gauge pigsty_agent_applied_timestamp_seconds " $(applied_at "$current")"
  gauge pigsty_agent_good " $is_good"
  gauge pigsty_agent_busy " $is_busy"
  gauge pigsty_agent_failed_units " $(echo "$states" | grep -c ' failed$' || :)"
  gauge pigsty_agent_pending_restart " $(waiting_settings | wc -l)"
  gauge pigsty_agent_drift " $(differing_places | wc -l)"
  head_of pigsty_unit_active
  echo "$states" | sed -n -E \
    's/^([^ ]*) (start|timer) active$/pigsty_unit_active{unit="\1"} 1/p;t;s/^([^ ]*) (start|timer) .*/pigsty_unit_active{unit="\1"} 0/p'
  head_of pigsty_certificate_expiry_timestamp_seconds
  records_of certificate <"$manifest" |
    sed -E 's/^([^ ]*) ([0-9]*).*/pigsty_certificate_expiry_timestamp_seconds{name="\1"} \2/'
  for script in "$home"/current/metrics/*; do
    [ ! -f "$script" ] || (cd / && timeout -k 1 10 sh "$script" </dev/null 2>/dev/null) || :
  done
}

head_of() { echo "# TYPE $1 gauge"; } # NAME

gauge() { # NAME LABELS_AND_VALUE
  head_of "$1"
  echo "$1$2"
}

# When the host was last switched to GENERATION: seconds since 1970.
applied_at() { # GENERATION
  history_lines | sed -n "s/^$1 [^ ]* \([0-9]*\) .*/\1/p" | grep . || echo 0
}

# The files of the current generation that are not as in the manifest, and the links on the host that do not lead there.
differing_places() {
  (cd "$home/current" && sums_of <"$manifest" | sha256sum -c --quiet - 2>/dev/null) || :
  places=$(wanted_links | grep -v ' =' | sort -u)
  # A line that is there once is only wanted, or only found.
  {
    echo "$places"
    echo "$places" | cut -d ' ' -f 1 | xargs -d '\n' sh -c 'find "$@" -maxdepth 0 -type l -printf "%p %l\n" 2>/dev/null' sh
  } | sort | uniq -u | cut -d ' ' -f 1 | sort -u || :
}
