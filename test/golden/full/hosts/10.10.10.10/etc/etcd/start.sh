# Starts etcd: with data, as ever; without, as a member that the cluster has never seen. A member that has lost its data
# may not come back as if nothing had happened: it might vote twice. It takes a new identity, and only when it is told to
# (pigsty-agent apply --replace).
set -eu
config=/etc/pigsty/current/etc/etcd/etcd.conf

exec etcd --config-file "$config"
