import type { PlanData } from '../../../model/plan.ts';
import type { Site } from '../../../model/site.ts';
import { archiveCommand } from '../backup/backup.ts';
import { templateOf } from '../conf-template.ts';
import { clusterMembers, type PgsqlMember } from '../members.ts';
import { localParameters } from '../server/parameters.ts';
import type { PgsqlSettings } from '../settings.ts';
import { delayOf } from '../topology/upstream.ts';
import { listenAddresses } from './listen.ts';

const ON_ROLE = '/bin/sh /etc/pigsty/current/etc/pgsql/on-role.sh';

/** initdb for Patroni: an interrupted initialisation starts again. */
export const INITDB = 'etc/pgsql/initdb.sh';

/** The lines that Patroni writes to pg_hba.conf and pg_ident.conf. */
export type ClientRules = { readonly hba: readonly string[]; readonly identities: readonly string[] };

/** Patroni's section `postgresql`: one server, and how other members connect to it. */
export function postgresqlConfig(member: PgsqlMember, site: Site, rules: ClientRules): PlanData {
  const { settings, host } = member;
  const members = clusterMembers(site, member.cluster);
  const delay = delayOf(member, members);
  return {
    listen: `${listenAddresses(member).join(',')}:${settings.pg_port}`,
    connect_address: `${host.ip}:${settings.pg_port}`,
    data_dir: '/pg/data',
    bin_dir: binaryDirectory(settings),
    bin_name: { initdb: `/etc/pigsty/current/${INITDB}` },
    pgpass: '/pg/tmp/.pgpass',
    use_unix_socket: true,
    use_unix_socket_repl: true,
    authentication: {
      superuser: { username: settings.pg_dbsu },
      replication: { username: settings.pg_replication_username, sslmode: 'prefer' },
      // pg_rewind reads files of the leader over the network, where the superuser is rejected; provisioning grants the rights.
      rewind: { username: settings.pg_replication_username, sslmode: 'prefer' },
    },
    create_replica_methods: ['basebackup'],
    ...(delay !== undefined && { recovery_conf: { recovery_min_apply_delay: delay } }),
    basebackup: [{ 'max-rate': '1000M' }, { checkpoint: 'fast' }, 'verbose', 'progress'],
    pg_hba: rules.hba,
    ...(rules.identities.length > 0 && { pg_ident: rules.identities }),
    callbacks: { on_start: ON_ROLE, on_role_change: ON_ROLE },
    parameters: {
      ...localParameters(member, settings.pgbackrest_enabled ? archiveCommand(member.cluster) : undefined),
      // A delayed member's feedback would keep the primary from vacuuming.
      ...(delay !== undefined && { hot_standby_feedback: 'off' }),
    },
  };
}

/** Options of initdb for a new cluster. */
export function initdbOptions(settings: PgsqlSettings): PlanData {
  const hasChecksums = settings.pg_checksum || templateOf(settings) === 'crit';
  return [
    { encoding: settings.pg_encoding },
    { locale: settings.pg_locale },
    { 'lc-collate': settings.pg_lc_collate },
    { 'lc-ctype': settings.pg_lc_ctype },
    ...(hasChecksums ? ['data-checksums'] : withoutChecksums(settings)),
  ];
}

/** From version 18, initdb enables checksums by default (release notes of PostgreSQL 18, "Migration"). */
function withoutChecksums({ pg_version: version }: PgsqlSettings): string[] {
  return version >= 18 ? ['no-data-checksums'] : [];
}

/** The directory of the server's programs in its image. */
export function binaryDirectory(settings: PgsqlSettings): string {
  return `/usr/lib/postgresql/${settings.pg_version}/bin`;
}
