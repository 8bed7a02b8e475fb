# /pg/dummy, to be deleted when the disk is full: so that there is room for a rescue. Only where it leaves ten times as
# much: a disk that is short does not get it back.
set -eu
bytes=67108864
[ "$(stat -c %s /pg/dummy 2>/dev/null || echo 0)" != "$bytes" ] || exit 0
rm -f /pg/dummy /pg/dummy.new
[ "$bytes" -gt 0 ] || exit 0
free=$(df --output=avail -B 1 /pg | tail -n 1)
[ "$free" -gt $((bytes * 11)) ] || {
    echo "/pg/dummy is not made: of $free bytes it would take $bytes"
    exit 0
}
fallocate -l "$bytes" /pg/dummy.new || head -c "$bytes" /dev/zero >/pg/dummy.new || {
    rm -f /pg/dummy.new
    echo "/pg/dummy is not made: there is no room for it"
    exit 0
}
mv -T /pg/dummy.new /pg/dummy
