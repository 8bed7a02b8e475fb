# Makes the members what the newest bundle declares, one change at a time. A learner is promoted by its own host. A
# member that is no longer declared is removed by the host of the leader. Others only wait: there is one leader.
set -u
self=https://10.10.10.13:2380
own=https://10.10.10.13:2379
peers=https://10.10.10.11:2379,https://10.10.10.12:2379
patience=2s
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
declared='1 https://10.10.10.11:2380 https://10.10.10.12:2380 https://10.10.10.13:2380'

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
    [ "$1" = "${waits_for:-}" ] || echo "etcd-3 waits: $1" >&2
    waits_for=$1
    sleep 1
}

id_of() { echo "${1%%,*}"; }
peer_of() { echo "$1" | cut -d , -f 4 | tr -d ' '; }
client_of() { echo "$1" | cut -d , -f 5 | tr -d ' '; }
is_healthy() { [ -n "$1" ] && ctl "$1" endpoint health >/dev/null 2>&1; }             # CLIENT-URL

# The lines of members that are not declared; those that do not answer come first, as they only weaken the quorum.
undeclared() {
    echo "$members" | while read -r line; do
        is_declared "$(peer_of "$line")" && continue
        if is_healthy "$(client_of "$line")"; then echo "2 $line"; else echo "1 $line"; fi
    done | sort
}

# True when every declared member has a vote.
is_complete() {
    for url in ${newest#* }; do
        case $(member_at "$url") in *', started, '*', false') ;; *) return 1 ;; esac
    done
}

# Without `member`, the others that vote must be a quorum of themselves.
leaves_quorum() { # LINE
    voters=$(echo "$members" | grep ', false$' | grep -v "^$(id_of "$1"),")
    urls=$(echo "$voters" | cut -d , -f 5 | tr -d ' ' | grep . | paste -s -d ,)
    healthy=$(ctl "$urls" endpoint health 2>&1 | grep -c 'is healthy')
    [ "$healthy" -gt $(($(echo "$voters" | wc -l) / 2)) ]
}

remove() { # RANK LINE
    rank=$1 line=$2
    peer=$(peer_of "$line")
    if echo "$members" | grep ', true$' | grep -qvF ", $peer,"; then
        wait_for "$peer is removed when no member is a learner"
    elif [ "$rank" = 2 ] && ! is_complete; then
        wait_for "$peer is removed when all declared members have joined"
    elif ! leaves_quorum "$line"; then
        wait_for "$peer is removed when the others have a quorum without it"
    else
        echo "etcd-3 removes $peer, which is no longer declared" >&2
        ctl "$own" member remove "$(id_of "$line")" >&2 || wait_for "etcd refuses to remove $peer"
    fi
}

# The leader is to be a declared member: it does the removals, and its own removal would interrupt writes.
take_lead() { # LINES
    echo "$1" | while read -r _ line; do
        url=$(client_of "$line")
        leads "$url" && ctl "$url" move-leader "$(id_of "$mine")" >&2
    done
}

# 0: as declared; 1: not yet; 2: no answer.
step() {
    from=$own # a learner does not answer
    ask "$from" || { from=$peers && [ -n "$from" ] && ask "$from"; } || return 2
    propose "$from" || return 2
    mine=$(member_at "$self")
    case $mine in
    '' | *', unstarted, '*) return 1 ;;
    *', true')
        ctl "$from" member promote "$(id_of "$mine")" >/dev/null 2>&1 && echo "etcd-3 has a vote" >&2
        return 1
        ;;
    esac
    is_declared "$self" || return 1
    leaving=$(undeclared)
    [ -n "$leaving" ] || return 0
    if leads "$own"; then
        first=$(echo "$leaving" | head -n 1)
        remove "${first%% *}" "${first#* }"
    else
        take_lead "$leaving"
    fi
    return 1
}

while :; do
    step
    case $? in 0) sleep 15 ;; 1) sleep 1 ;; *) sleep 0.5 ;; esac
done
