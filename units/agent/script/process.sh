# --- process: messages, exit codes, the lock, and cleaning up ----------------------------------------------------------

say() {
  printf 'pigsty-agent: %s\n' "$*" | printable >&2
  write_journal "$*"
}

# The journal has what operators are told, with the labels of this host (systemd.exec(5), LogExtraFields). In a unit,
# standard error is the journal already.
write_journal() { # MESSAGE
  [ -z "${JOURNAL_STREAM:-}" ] || return 0
  {
    cat "$home/current/etc/journal/labels" 2>/dev/null || :
    echo SYSLOG_IDENTIFIER=pigsty-agent
    printf 'MESSAGE=%s\n' "$1" | printable
  } | logger --journald 2>/dev/null || :
}

# Texts of services reach the terminal without control characters.
printable() { sed -e 's/\t/ /g' -e 's/[[:cntrl:]]/?/g' -e 's/\xc2[\x80-\x9f]/?/g'; }

# fail CODE MESSAGE: 1 unexpected, 2 usage or a node that cannot use the bundle, 4 verification, 6 health.
fail() {
  code=$1
  shift
  say "$@"
  exit_with "$code"
}

exit_with() { # CODE
  exit_expected=yes
  exit "$1"
}

# Removes drafts, however the script ends. Background jobs end first: they write into what is removed. An exit that does
# not come from `exit_with` is a failed command: its message is printed above.
clean_up() {
  code=$?
  trap '' EXIT INT TERM HUP
  if [ "$code" -ne 0 ] && [ "$exit_expected" = no ]; then
    code=1
    say "$verb: stopped by an error"
  fi
  for job in $jobs; do kill "$job" 2>/dev/null || :; done
  [ -z "$jobs" ] || wait
  remove_leftovers
  go_back_after "$code"
  case $verb:$code in
    'going back':[16])
      say_standing 8
      exit 8
      ;;
    *:[024]) ;;
    *) say_standing "$code" ;;
  esac
  exit "$code"
}

# Starts the agent again as `return`, under this lock, if the host may have been switched and the run failed by itself.
go_back_after() { # CODE
  case $returns:$1 in
    yes:[16])
      # The medium of the bundle may be gone.
      [ -f "$own_path" ] || own_path=$store/bundles/$digest/pigsty-agent
      [ -f "$own_path" ] || return 0
      trap - INT TERM HUP
      exec /bin/sh "$own_path" return "$verb" "$generation" "$1"
      ;;
  esac
}

# Removes the remains of a killed run: drafts, and links and files that were not renamed. Only under the lock.
remove_leftovers() {
  rm -rf "$store"/images/.new-* "$store"/bundles/.new-* "$home"/generations/.new-* "$run"/.new-* 2>/dev/null || :
  rm -f "$run/replace" "$store"/*.new "$store"/state/*.new "$store"/written/*.new "$home"/*.new 2>/dev/null || :
  rmdir "$store/images" "$store/bundles" "$store" "$home/generations" "$home" 2>/dev/null || :
}

# One agent at a time. The lock belongs to descriptor 9: to this process, and to the programs it calls. After an
# agent was killed, the next one waits for its tar or sync. Programs that may run longer are started without the descriptor.
lock() {
  [ "$(id -u)" -eq 0 ] || fail 2 "$verb: only root may do this"
  [ -d /run/systemd/system ] || fail 2 "$verb: this node does not run systemd"
  make_dir 0755 "$run"
  if [ "$verb" != return ]; then
    exec 9>>"$lock_file"
  elif [ ! -e "/proc/$$/fd/9" ]; then
    fail 2 "return: only the agent itself may call this"
  fi
  tries=0
  until flock -n 9; do
    holder=$(head -n 1 "$lock_file")
    if kill -0 "${holder:-0}" 2>/dev/null || [ "$tries" -ge 300 ]; then
      fail 2 "$verb: another pigsty-agent is running (pid $holder); try again when it has ended"
    fi
    tries=$((tries + 1))
    sleep 0.1
  done
  echo "$$" >"$lock_file"
  trap clean_up EXIT
  trap 'exit_with 130' INT
  trap 'exit_with 143' TERM HUP
  remove_leftovers
  make_dir 0755 "$run/unpacked"
  remove_unsynced_trees
  work=$(mktemp -d "$run/.new-XXXXXX")
}

# Whether an agent is at work.
is_locked() { [ -e "$lock_file" ] && ! flock -n -s 8 8<"$lock_file"; }

systemctl() { command systemctl --no-ask-password "$@" 9>&-; }
