# Makes the users of etcd what the newest bundle declares: root, which has no password and connects with the certificate of
# that name; and one for each PostgreSQL cluster, with the keys of that cluster. etcd requires users when every host of etcd
# and every member of a cluster connects as one (docs/decisions/etcd-users.md). The host of the leader does it.
set -u
own=https://10.10.10.10:2379
patience=5s
users=/etc/pigsty/current/etc/etcd/users # a line each: name, password, members
number=1
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

done=
said=
say_once() { [ "$said" = "$1" ] || { said=$1; echo "$1" >&2; }; }
declared_users="$number $(cut -d ' ' -f 1 "$users" | paste -s -d ' ')"
has_line() { printf '%s\n' "$1" | grep -Fxq -- "$2"; } # TEXT LINE

# A host of etcd with an older bundle connects as nobody.
announce() {
    [ -e /etc/pigsty/good/etc/etcd/access.sh ] || return 0
    lease=$(ctl "$own" lease grant 30 2>/dev/null | cut -d ' ' -f 2)
    [ -z "$lease" ] || ctl "$own" put --lease="$lease" /pigsty/login/https://10.10.10.10:2380 yes >/dev/null
}

# Its password is checked, too: it follows from the site's key. Without authentication it cannot be checked, and is set.
has_password() { # NAME PASSWORD
    [ "$status" = true ] && ETCDCTL_USER=$1 ETCDCTL_PASSWORD=$2 ctl "$own" get "$1" >/dev/null 2>&1
}

ensure_user() { # NAME PASSWORD
    case $(ctl "$own" role get "$1" 2>&1) in
    *"(prefix $1)"*"(prefix $1)"*) ;;
    *)
        ctl "$own" role add "$1" >/dev/null 2>&1
        ctl "$own" role grant-permission --prefix "$1" readwrite "$1" >/dev/null || return 1
        ;;
    esac
    known=$(ctl "$own" user get "$1" 2>&1) || {
        printf '%s\n' "$2" | ctl "$own" user add "$1" --interactive=false >&2 || return 1
        known=
    }
    has_line "$known" "Roles: $1" || ctl "$own" user grant-role "$1" "$1" >/dev/null || return 1
    has_password "$1" "$2" || printf '%s\n' "$2" | ctl "$own" user passwd "$1" --interactive=false >/dev/null
}

ensure_root() {
    has_line "$(ctl "$own" user get root 2>&1)" 'Roles: root' && return 0
    ctl "$own" role add root >/dev/null 2>&1
    ctl "$own" user add root --no-password --interactive=false >/dev/null 2>&1
    ctl "$own" user grant-role root root >/dev/null
}

# The users of clusters that are gone. Names of users that are not ours do not begin with a slash.
remove_others() {
    for kind in user role; do
        for name in $(ctl "$own" "$kind" list | grep '^/'); do
            case " ${declared_users#* } " in
            *" $name "*) ;;
            *) ctl "$own" "$kind" delete "$name" >&2 || return 1 ;;
            esac
        done
    done
}

ensure_users() {
    ensure_root || return 1
    while read -r name password members <&3; do
        ensure_user "$name" "$password" || return 1
    done 3<"$users"
    remove_others
}

# The members that say in their key that they connect as a user: Patroni's tag `etcd_login`.
with_login() { # NAME
    ctl "$own" get --prefix "$1" | sed -n '\|^/.*/members/|{s|.*/members/||;N;s|\n.*"etcd_login":true.*||p}'
}

without_login() {
    for url in $(echo "$members" | cut -d , -f 4); do
        [ -n "$(ctl "$own" get --print-value-only "/pigsty/login/$url")" ] || echo "etcd on $url"
    done
    while read -r name password expected <&3; do
        found=$(with_login "$name")
        for member in $expected; do has_line "$found" "$member" || echo "$member"; done
    done 3<"$users"
}

require_users() {
    ask "$own" || return 1
    others=$(without_login | paste -s -d ,)
    if [ -n "$others" ]; then
        wait_for "etcd requires passwords when these use theirs: $others"
    elif ctl "$own" auth enable >/dev/null; then
        echo "etcd requires passwords from now on" >&2
    fi
}

step() {
    status=$(ctl "$own" auth status 2>/dev/null | sed -n 's/^Authentication Status: //p')
    [ -n "$status" ] || return 1
    [ "$status" = true ] || announce
    leads "$own" || return 0
    latest=$(ctl "$own" get --print-value-only /pigsty/users) && request=$(ctl "$own" get --print-value-only /pigsty/auth) || return 1
    if [ "$latest" != "$declared_users" ]; then
        case ${latest%% *} in *[!0-9]*) latest= ;; esac # not ours
        if [ -n "$latest" ] && [ "${latest%% *}" -ge "$number" ]; then # a newer bundle has other users
            say_once "the users of etcd are those of declaration ${latest%% *}; this bundle has $number, and changes nothing"
            return 0
        fi
        ctl "$own" put /pigsty/users "$declared_users" >/dev/null || return 1
    fi
    [ "$done" = yes ] || { ensure_users && done=yes; } || return 1
    if [ "$request" = off ]; then
        [ "$status" = false ] || ctl "$own" auth disable >&2
    elif [ "$status" = false ]; then
        require_users
    fi
}

[ "$number" -gt 0 ] || exec sleep infinity # without clusters, etcd has no users

while :; do
    step
    if [ "${status:-false}" = true ]; then sleep 10; else sleep 3; fi
done
