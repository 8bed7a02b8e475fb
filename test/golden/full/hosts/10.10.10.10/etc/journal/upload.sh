# Sends the journal of this host to an infra host, from the line after the last one that it has acknowledged. The upload
# ends at each failure. This loop starts it again, and not the unit: a host is healthy when no infra host answers.
set -u
receiver=$1 port=$2
tls=/etc/pigsty/current/etc/journal
# The upload is not the main process of the unit, and sends the signs of life.
unset WATCHDOG_PID
said=0
while :; do
    error=$(/usr/lib/systemd/systemd-journal-upload --url="https://$receiver:$port" --key=$tls/host.key --cert=$tls/host.crt \
        --trust=$tls/ca.crt --save-state="$STATE_DIRECTORY/$receiver" 2>&1) && exit
    # Its lines go into the journal that cannot be sent: not more than one in ten minutes.
    now=$(date +%s)
    if [ $((now - said)) -ge 600 ]; then
        echo "$error" >&2
        said=$now
    fi
    sleep 5
done
