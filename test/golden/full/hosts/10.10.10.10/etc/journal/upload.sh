# Sends the journal of this host to an infra host, from the line after the last one that it has acknowledged. The upload
# ends at each failure. This loop starts it again, and not the unit: a host is healthy when no infra host answers.
set -u
receiver=$1 port=$2 path=${3:-}
tls=/etc/pigsty/current/etc/journal
# Another path is another store, which has acknowledged something else.
cursor=$STATE_DIRECTORY/$receiver${path:+-store}
started=/tmp/upload.pid
# Its time is when this host began to wait for this receiver.
[ -e "$cursor.since" ] || : >"$cursor.since"
# systemd would take the end of an upload for that of the unit.
unset NOTIFY_SOCKET

newest() { # seconds since 1970
    stat -c %Y "$cursor" "$started" 2>/dev/null | sort -n | tail -n 1
}

# Ends an upload that hangs, because the other side does: lines are written each minute, so the cursor changes.
watch() {
    while sleep 60; do
        [ "$(newest)" -gt $(($(date +%s) - 360)) ] || kill -KILL "$(cat "$started")"
    done
}

watch &
said=0
while :; do
    /usr/lib/systemd/systemd-journal-upload --url="https://$receiver:$port$path" --key=$tls/host.key --cert=$tls/host.crt \
        --trust=$tls/ca.crt --save-state="$cursor" >/tmp/said 2>&1 &
    echo $! >"$started"
    wait $! && exit
    # Its lines go into the journal that cannot be sent: not more than one in ten minutes.
    now=$(date +%s)
    if [ $((now - said)) -ge 600 ]; then
        cat /tmp/said >&2
        said=$now
    fi
    sleep 5
done
