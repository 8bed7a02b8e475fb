#!/bin/bash
# Records the names, types and labels of the metrics that the real programs expose, into names/<program>.txt: a line per
# name, `name type label,label`. Makes a Debian 13 tree with the programs in the directory $1 (or uses the one that is
# there), and runs them in network and process namespaces of their own. Needs root and mmdebstrap; changes nothing else.
# A tree without /usr/bin/pg_exporter (a package of the release after Debian 13) leaves the names of pg_exporter as they are;
# `queries` is the path of its query file in the tree.
set -euo pipefail
tree=${1:?usage: record.sh TREE}
names=$(realpath "$(dirname "$0")")/names
packages=curl,iproute2,procps,nginx-light,dnsmasq-base,haproxy,etcd-server,patroni,python3-etcd,postgresql-17
packages+=,pgbouncer,pgbackrest,prometheus,prometheus-node-exporter,prometheus-alertmanager,prometheus-pushgateway
packages+=,prometheus-blackbox-exporter,prometheus-nginx-exporter,prometheus-dnsmasq-exporter
packages+=,prometheus-pgbackrest-exporter

if [ ! -d "$tree" ]; then
    # shellcheck disable=SC2016 # The expression is apt-get's.
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
    mmdebstrap --variant=apt --include="$packages" --aptopt='APT::Install-Recommends "false"' trixie "$tree" "$archive"
fi

# stdin: a page of metrics. A histogram or summary has the names that it is stored under.
list_names() {
    awk '
        /^# TYPE/ { type[$3] = $4; next }
        /^(#|go_|promhttp_)/ || NF == 0 { next }
        {
            line = $0; name = line; sub(/[{ ].*/, "", name); labels = ""
            if (match(line, /\{.*\}/)) {
                body = substr(line, RSTART + 1, RLENGTH - 2)
                gsub(/\\./, "", body); gsub(/"[^"]*"/, "", body); gsub(/=/, "", body); labels = body
            }
            base = name; sub(/_(bucket|sum|count)$/, "", base)
            kind = (name in type) ? type[name] : ((base in type) ? type[base] : "untyped")
            split(labels, each, ","); for (i in each) if (each[i] != "") seen[name, each[i]] = 1
            kinds[name] = kind
        }
        END {
            for (pair in seen) { split(pair, part, SUBSEP); list[part[1]] = list[part[1]] (list[part[1]] ? "," : "") part[2] }
            for (name in kinds) print name, kinds[name], (list[name] ? list[name] : "-")
        }' | while read -r name kind labels; do
        echo "$name $kind $(tr , '\n' <<<"$labels" | LC_ALL=C sort | paste -sd,)"
    done | LC_ALL=C sort
}
export -f list_names

# The names of a page, when it has the name $3.
record() {
    local name=$1 url=$2 awaited=$3
    for _ in $(seq 300); do
        if curl -sf "$url" >"$tree/tmp/$name.page" && grep -q "^$awaited" "$tree/tmp/$name.page"; then break; fi
        sleep 0.2
    done
    grep -q "^$awaited" "$tree/tmp/$name.page" ||
        { echo "$name: no $awaited at $url" >&2; tail -n 30 "$tree/tmp/log" >&2; exit 1; }
    list_names <"$tree/tmp/$name.page" >"$names/$name.txt"
    echo "$name: $(wc -l <"$names/$name.txt") names"
}
export -f record

export tree names
unshare --net --mount --pid --fork --kill-child bash -euo pipefail "$(dirname "$0")/record-programs.sh"
