# Creates /pg/dummy, which an operator deletes when the disk is full. Needs ten times its size as additional free space,
# so that it is not created again on a disk that is nearly full.
set -eu
bytes=67108864
[ "$(stat -c %s /pg/dummy 2>/dev/null || echo 0)" != "$bytes" ] || exit 0
rm -f /pg/dummy /pg/dummy.new
[ "$bytes" -gt 0 ] || exit 0
free=$(df --output=avail -B 1 /pg | tail -n 1)
[ "$free" -gt $((bytes * 11)) ] || {
    echo "/pg/dummy not created: needs $bytes of $free free bytes"
    exit 0
}
fallocate -l "$bytes" /pg/dummy.new || head -c "$bytes" /dev/zero >/pg/dummy.new || {
    rm -f /pg/dummy.new
    echo "/pg/dummy not created: not enough space"
    exit 0
}
mv -T /pg/dummy.new /pg/dummy
