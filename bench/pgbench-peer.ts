import { join } from 'node:path';
import type { LabNode } from '../test/support/node.ts';
import { INSTALL, type Offer, PREPARE } from './apt-peer.ts';

/*
 * The peer for pgbench: a node with Debian's packages and the same configuration as a node with a bundle, but without
 * images, sandboxes, Patroni and etcd. The database is a base backup of the other node with the configuration that
 * Patroni wrote. PostgreSQL gets the same command line as from Patroni. PgBouncer and pgBackRest read the files of the
 * bundle, so archiving takes the same time. HAProxy checks the port of PgBouncer instead of Patroni.
 */
const STATE = '/data/postgres/pg-meta-17';
const STANZA = 'pg-meta';

/** Writes to /root/copy: a base backup, files of the generation and the image, and the command line of PostgreSQL. */
const COPY = `
root=$(sed -n 's/^root=//p' /usr/local/bin/psql)
mkdir /root/copy
in_image() {
    program=$1
    shift
    setpriv --reuid=postgres --regid=postgres --init-groups "$root/usr/lib64/ld-linux-x86-64.so.2" --inhibit-cache \
        --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/lib/postgresql/17/bin/$program" "$@"
}
in_image pg_basebackup -h /run/postgresql -U postgres -c fast -X fetch -F tar -D - >/root/copy/data.tar
tar -chf /root/copy/etc.tar -C / etc/pigsty/current/etc etc/sysctl.d/60-pigsty.conf
tar -cf /root/copy/locale.tar -C "$root" usr/lib/locale/en_US.utf8
cp ${STATE}/data/postmaster.opts /root/copy
`;

const START = `
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
mkdir -p /etc/pigsty/current
tar -xpf /root/copy/etc.tar -C /
tar -xpf /root/copy/locale.tar -C /
/usr/lib/systemd/systemd-sysctl /etc/sysctl.d/60-pigsty.conf 2>/dev/null || :
ln -s /etc/pigsty/current/etc/pgbackrest /etc/pgbackrest
install -d -o postgres -g postgres /run/postgresql /pg /pg/log /pg/log/postgres /pg/log/pgbouncer \
    /pg/log/pgbackrest /pg/backup /pg/tmp
ln -sfn /etc/pigsty/current/etc/pgsql/role/primary /run/postgresql/role
install -d -m 0700 -o postgres -g postgres /pg/data
tar -xf /root/copy/data.tar -C /pg/data
chown -R postgres:postgres /pg/data
systemd-run -q --unit=bench-postgres -p Type=notify -p User=postgres -p LimitNOFILE=1048576 \
    sh -c "exec $(cat /root/copy/postmaster.opts)"
as_postgres pgbackrest --stanza=${STANZA} --log-level-console=warn stanza-create
install -o postgres -g postgres /etc/pigsty/current/etc/pgbouncer/pgbouncer.ini /etc/pgbouncer/pgbouncer.ini
cat /etc/pigsty/current/etc/haproxy/*.cfg |
    sed '/option httpchk/d; /http-check/d; s/ port 8008//' >/etc/haproxy/haproxy.cfg
systemctl start pgbouncer haproxy
rm -rf /root/copy
`;

/** Sets up the bare node `peer` like `node`, which has the bundle. Throws if a PostgreSQL setting differs. */
export async function makeEqual(
  peer: LabNode,
  node: LabNode,
  offer: Offer,
  directory: string,
): Promise<void> {
  await peer.push(offer.repository, '/repo');
  await peer.sh(`PACKAGES='${offer.names}'\n${PREPARE}\napt-get -q update >/dev/null\n${INSTALL}`, {
    timeoutSeconds: 300,
  });
  await node.sh(COPY);
  const copy = join(directory, 'copy');
  await node.pull('/root/copy', copy);
  await node.sh('rm -rf /root/copy');
  await peer.push(copy, '/root/copy');
  await peer.sh(START);
  const [ours, theirs] = await Promise.all([settings(node), settings(peer)]);
  const differing = [...ours].filter((line) => !theirs.has(line));
  if (differing.length > 0 || ours.size !== theirs.size)
    throw new Error(`PostgreSQL settings of the peer differ: ${differing.join(', ')}`);
}

async function settings(node: LabNode): Promise<ReadonlySet<string>> {
  const text = await node.sh("psql -XAtc 'select name, setting from pg_settings' postgres", {
    user: 'postgres',
  });
  return new Set(text.trim().split('\n'));
}
