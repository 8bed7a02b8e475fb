# Starts etcd: with data, as before; without data, as a new member. A member that has lost its data must not use its old
# identity: it could vote twice. It gets a new identity, and only if an operator requests it (pigsty-agent apply
# --replace).
set -eu
config=/etc/pigsty/current/etc/etcd/etcd.conf

# etcdctl with this member's certificate, for the other members.
ctl() {
    etcdctl --endpoints=https://10.10.10.11:2379,https://10.10.10.13:2379 --cacert=/etc/pigsty/current/etc/etcd/ca.crt \
        --cert=/etc/pigsty/current/etc/etcd/server.crt --key=/etc/pigsty/current/etc/etcd/server.key \
        --dial-timeout=1s --command-timeout=3s "$@"
}

refuse() {
    echo "etcd-2 is a member of this cluster, but its data is missing." >&2
    echo "Check that its disk is mounted. If this machine replaces a lost one, run: pigsty-agent apply --replace" >&2
    exit 78
}

# Prints `new` or `existing`: the state of this member in the cluster. Fields of a line: id, status, name, peer URL,
# client URL, learner. Never started: no client URL. Added to a running cluster and not started: also no name.
membership() {
    members=$(ctl member list 2>/dev/null) || {
        echo new # no answer: the other members are new too, or this one waits for them
        return
    }
    mine=$(echo "$members" | grep -F ', https://10.10.10.12:2380,' || :)
    case $mine in
    *', unstarted, , '*) echo existing && return ;;
    *', 'https://10.10.10.12:2380', , '*) echo new && return ;;
    esac
    [ -e /run/pigsty-agent/replace ] || refuse
    [ -z "$mine" ] || ctl member remove "${mine%%,*}" >&2
    ctl member add etcd-2 --peer-urls=https://10.10.10.12:2380 >&2
    echo existing
}

if [ ! -d /data/etcd/member ]; then
    state=$(membership)
    sed "s/^initial-cluster-state: .*/initial-cluster-state: $state/" "$config" >/tmp/etcd.conf
    config=/tmp/etcd.conf
fi
exec etcd --config-file "$config"
