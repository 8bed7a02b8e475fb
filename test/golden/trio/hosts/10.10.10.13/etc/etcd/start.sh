# Starts etcd: with data, as ever; without, as a member that the cluster has never seen. A member that has lost its data
# may not come back as if nothing had happened: it might vote twice. It takes a new identity, and only when it is told to
# (pigsty-agent apply --replace).
set -eu
config=/etc/pigsty/current/etc/etcd/etcd.conf

# etcdctl with this member's certificate, at the other members.
ctl() {
    etcdctl --endpoints=https://10.10.10.11:2379,https://10.10.10.12:2379 --cacert=/etc/pigsty/current/etc/etcd/ca.crt \
        --cert=/etc/pigsty/current/etc/etcd/server.crt --key=/etc/pigsty/current/etc/etcd/server.key \
        --dial-timeout=1s --command-timeout=3s "$@"
}

refuse() {
    echo "etcd-3 has been a member of this cluster, and its data is not here." >&2
    echo "Is its disk mounted? If this machine takes the place of a dead one: pigsty-agent apply --replace" >&2
    exit 78
}

# Prints `new` or `existing`, as the cluster knows this member. Lines of the list: id, status, name, peer URL, client
# URL, learner. Never started: no client URL. Added while the cluster runs, and not yet started: no name either.
membership() {
    members=$(ctl member list 2>/dev/null) || {
        echo new # nobody answers: they are new too, or this one waits for them
        return
    }
    mine=$(echo "$members" | grep -F ', https://10.10.10.13:2380,' || :)
    case $mine in
    *', unstarted, , '*) echo existing && return ;;
    *', 'https://10.10.10.13:2380', , '*) echo new && return ;;
    esac
    [ -e /run/pigsty-agent/replace ] || refuse
    [ -z "$mine" ] || ctl member remove "${mine%%,*}" >&2
    ctl member add etcd-3 --peer-urls=https://10.10.10.13:2380 >&2
    echo existing
}

if [ ! -d /data/etcd/member ]; then
    state=$(membership)
    sed "s/^initial-cluster-state: .*/initial-cluster-state: $state/" "$config" >/tmp/etcd.conf
    config=/tmp/etcd.conf
fi
exec etcd --config-file "$config"
