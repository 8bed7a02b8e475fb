# Creates the stanza, and a full backup if none exists. On a replica it does nothing.
set -eu
export HOME=/tmp
psql() { /usr/bin/env PGHOST=/var/run/postgresql PGPORT=5432 PGUSER=postgres psql -XAtq "$@"; }
stanza=pg-meta

[ "$(psql -d postgres -c 'SELECT pg_is_in_recovery()')" = f ] || {
    echo "this member is a replica: nothing to do"
    exit 0
}
pgbackrest --stanza="$stanza" --log-level-console=warn stanza-create
pgbackrest --stanza="$stanza" --log-level-console=warn check
case $(pgbackrest --stanza="$stanza" info --output=json) in
*'"backup":[]'*) pgbackrest --stanza="$stanza" --type=full backup ;;
esac
