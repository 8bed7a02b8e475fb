# --- history: what became of each generation --------------------------------------------------------------------------
# `$store/history` has a line for each generation, oldest first: `<generation> <digest> <seconds since 1970> <result>`.
# The time is that of the last switch to it. The result is one of
#   started      apply has begun to switch to it: it was interrupted, or is being tried
#   failed       it was not healthy in time
#   good         it was healthy
#   rolled-back  the node went back from it to another generation

history_lines() { [ ! -f "$store/history" ] || cat "$store/history"; }

result_of() { history_lines | sed -n "s/^$1 .* //p"; } # GENERATION

# The generation must exist: the line has the digest of its manifest. `started` and `again` also set the time; `again`
# keeps the result of a generation that was good before.
write_result() { # GENERATION RESULT
  result=$2
  applied=$(history_lines | sed -n "s/^$1 [^ ]* \([0-9]*\) .*/\1/p")
  case $result in started | again) applied=$(date +%s) ;; esac
  [ "$result" != again ] || result=good
  line="$1 $(hash_of "$home/generations/$1/bundle") ${applied:-0} $result"
  ! history_lines | grep -qxF "$line" || return 0
  { history_lines | grep -v "^$1 " || :; echo "$line"; } | sort -n | tail -n 100 | write_file "$store/history"
}

# A result that the way back must not wait for: with a full disk it cannot be written.
try_result() { # GENERATION RESULT
  [ -f "$home/generations/$1/bundle" ] || return 0
  write_result "$1" "$2" || say "warning: the result of $1 could not be written to $store/history"
}

# The generations that were healthy and that the node still has, oldest first; `good` is one, whatever the file says.
good_generations() {
  {
    history_lines | sed -n 's/^\([^ ]*\) .* good$/\1/p'
    name_of "$home/good"
  } | sort -nu | while read -r name; do [ ! -f "$home/generations/$name/bundle" ] || echo "$name"; done
}

# The newest good generation with a number below that of GENERATION; nothing without one.
good_before() { # GENERATION
  good_generations | while read -r name; do [ "${name%%-*}" -ge "${1%%-*}" ] || echo "$name"; done | tail -n 1
}

# `<number> <generation> <digest> <time> <result> <current> <good> <kept>`, newest first; the last three are true or false.
history_table() {
  current=$(name_of "$home/current")
  good=$(name_of "$home/good")
  history_lines | sort -rn | while read -r name line_digest applied result; do
    is_current=false is_good=false is_kept=false
    [ "$name" != "$current" ] || is_current=true
    [ "$name" != "$good" ] || is_good=true
    [ ! -f "$home/generations/$name/bundle" ] || is_kept=true
    echo "${name%%-*} $name $line_digest $(time_of "$applied") $result $is_current $is_good $is_kept"
  done
}

time_of() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; } # SECONDS

do_history() {
  case ${1:-} in
    '') history_text ;;
    --json) history_json ;;
    *) fail 2 "history: unknown option $1" ;;
  esac
}

history_text() {
  history_table | while read -r number _ line_digest applied result is_current is_good is_kept; do
    marks=''
    [ "$is_current" = false ] || marks='  current'
    [ "$is_good" = false ] || marks="$marks  good"
    [ "$is_kept" = true ] || marks='  removed'
    short=$(echo "$line_digest" | cut -c 1-12)
    echo "$(printf '%4s  %s  %s  %-11s' "$number" "$short" "$applied" "$result")$marks"
  done | sed 's/ *$//'
}

history_json() {
  printf '{"apiVersion":"pigsty/v1","kind":"NodeHistory","generations":['
  history_table | while read -r number name line_digest applied result is_current is_good is_kept; do
    printf '{"number":%s,"generation":"%s","digest":"%s","applied":"%s","result":"%s",' \
      "$number" "$name" "$line_digest" "$applied" "$result"
    printf '"current":%s,"good":%s,"kept":%s}\n' "$is_current" "$is_good" "$is_kept"
  done | paste -s -d ,
  echo ']}'
}
