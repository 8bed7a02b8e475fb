# Starts etcd: with data, as before; without data, as a new member. A member that has lost its data must not use its old
# identity: it could vote twice. It gets a new identity, and only if an operator requests it (pigsty-agent apply
# --replace).
set -eu
config=/etc/pigsty/current/etc/etcd/etcd.conf

exec etcd --config-file "$config"
