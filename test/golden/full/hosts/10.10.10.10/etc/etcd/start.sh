# Starts etcd: with data, as before. Without data it joins the cluster that another declared member answers for. A new
# cluster is formed only by the bundles of a first declaration, and only if no member answers
# (docs/decisions/etcd-membership.md). A member that has lost its data must not use its old identity: it could vote twice.
# It gets a new identity, and only if an operator requests it (pigsty-agent apply --replace).
set -eu
config=/etc/pigsty/current/etc/etcd/etcd.conf
data=/data/etcd
peers=''
self=https://10.10.10.10:2380
# etcdctl as root, by its certificate: ctl ENDPOINTS ARGUMENT...
ctl() {
    endpoints=$1
    shift
    etcdctl --endpoints="$endpoints" --cacert=/etc/pigsty/current/etc/etcd/ca.crt --cert=/etc/pigsty/current/etc/etcd/root.crt \
        --key=/etc/pigsty/current/etc/etcd/root.key --dial-timeout=1s --command-timeout="$patience" "$@"
}

# Reads the members, a line each: id, status, name, peer URL, client URL, learner. Never started: no client URL. Added to
# a running cluster and not started: also no name. Only a cluster with a quorum answers.
ask() { # ENDPOINTS
    members=$(ctl "$1" member list 2>/dev/null) && [ -n "$members" ]
}

leads() { [ "$(ctl "$1" endpoint status 2>/dev/null | cut -d , -f 5)" = ' true' ]; } # CLIENT-URL

member_at() { echo "$members" | grep -F ", $1," || :; } # PEER-URL

# What the newest bundle declares: its number, and the peer URLs of all members. Kept in etcd, so that a host with an
# older bundle does not remove a member that it has never heard of.
declared='1 https://10.10.10.10:2380'

# Reads the newest declaration; replaces an older one by that of this bundle.
propose() { # ENDPOINTS
    newest=$(ctl "$1" get --print-value-only /pigsty/etcd 2>/dev/null) || return 1
    [ "${newest%% *}" -lt "${declared%% *}" ] 2>/dev/null || [ -z "$newest" ] || return 0
    ctl "$1" put /pigsty/etcd "$declared" >/dev/null || return 1
    newest=$declared
}

is_declared() { case " $newest " in *" $1 "*) ;; *) return 1 ;; esac } # PEER-URL

# A reason is printed once, not in every attempt.
wait_for() { # REASON
    [ "$1" = "${waits_for:-}" ] || echo "etcd-1 waits: $1" >&2
    waits_for=$1
    sleep 1
}

start() { # STATE INITIAL-CLUSTER
    sed "\$a initial-cluster-state: $1\ninitial-cluster: $2" "$config" >/tmp/etcd.conf
    exec etcd --config-file /tmp/etcd.conf
}

# Names of the other members have no meaning here, but each needs its own.
join() {
    cluster=etcd-1=$self
    for url in $(echo "$members" | cut -d , -f 4); do
        [ "$url" = "$self" ] || cluster="$cluster,other-${#cluster}=$url"
    done
    start existing "$cluster"
}

refuse() {
    printf '%s\n' "$@" >&2
    exit 78
}

refuse_without_data() {
    refuse "etcd-1 is a member of this cluster, but its data is missing." \
        "Check that its disk is mounted. If this machine replaces a lost one, run: pigsty-agent apply --replace"
}

is_one_cluster() {
    ids=$(ctl "$peers" endpoint status -w json 2>/dev/null | grep -o '"cluster_id":[0-9]*' | sort -u)
    [ "$(echo "$ids" | wc -l)" -eq 1 ]
}

# etcd itself refuses while a voter is not connected, or another member is a learner: one change at a time.
add() {
    propose "$peers" || return 0
    is_declared "$self" || refuse "etcd-1 has left the cluster: a newer bundle does not declare it." \
        "To take it in again, declare it in the inventory, build, and apply the new bundle here."
    is_one_cluster || refuse "The declared members belong to different clusters: etcd-1 joins none." \
        "Stop etcd on the hosts of the wrong one and move their data away; then apply them with --replace."
    answer=$(ctl "$peers" member add etcd-1 --learner --peer-urls="$self" 2>&1) ||
        wait_for "$(echo "$answer" | grep -o 'etcdserver: .*\|context .*' | tail -n 1)"
}

if [ -d "$data/member/wal" ]; then
    patience=1s
    if [ -n "$peers" ] && ask "$peers" && [ -z "$(member_at "$self")" ]; then
        [ -e /run/pigsty-agent/replace ] ||
            refuse "etcd-1 is not a member: its data is that of a removed member, or of another cluster." \
                "To join with a new identity (the data is kept in $data/member.old), run: pigsty-agent apply --replace"
        rm -rf "$data/member.old"
        mv "$data/member" "$data/member.old"
    else
        exec etcd --config-file "$config"
    fi
fi

patience=3s
while :; do
    if [ -z "$peers" ] || ! ask "$peers"; then
        start new etcd-1=https://10.10.10.10:2380
    fi
    mine=$(member_at "$self")
    case $mine in
    '') add ;;
    *', unstarted, , '* | *", $self, , "*) join ;;
    *)
        [ -e /run/pigsty-agent/replace ] || refuse_without_data
        ctl "$peers" member remove "${mine%%,*}" >&2 || wait_for "the cluster keeps the old member: a quorum is not certain"
        ;;
    esac
done
