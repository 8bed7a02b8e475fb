# Called by Patroni: <action> <role> <scope>. Links the HBA rules of the role, and notifies systemd of a promotion or
# demotion.
set -eu
export PGHOST=/var/run/postgresql PGUSER=postgres HOME=/tmp
case $2 in
primary | standby_leader) role=primary ;;
*) role=replica ;;
esac
ln -sfn "/etc/pigsty/current/etc/pgsql/role/$role" /run/postgresql/role.new
mv -T /run/postgresql/role.new /run/postgresql/role
psql -p 5432 -d postgres -XAtqc 'SELECT pg_reload_conf()' >/dev/null || :
psql -p 6432 -d pgbouncer -Xqc RELOAD >/dev/null 2>&1 || :
[ "$1 $role" != "on_role_change primary" ] || date >/run/postgresql/promoted
[ "$1 $role" != "on_role_change replica" ] || date >/run/postgresql/demoted
