import * as z from 'zod';
import {
  AnyText,
  ClusterName,
  Count,
  expected,
  Flag,
  listOf,
  optional,
  Password,
  Port,
  Positive,
  pattern,
  RoleName,
  ServerAddress,
  Text,
} from '../../schemas.ts';
import { Database } from './schemas.ts';

/** Seconds for fast to slow queries. */
export const CacheTimes = pattern(
  /^\d+(?:\s*,\s*\d+){3}$/,
  'four numbers separated by commas, as 1,10,60,300',
);

const LOGIN = /(?:[\w.~!$&'()*+,;=:@-]|%[\dA-Fa-f]{2})*@/;
const SERVER = /(?:[\w.-]*|\[[\dA-Fa-f:.]+\])(?::\d{1,5})?/;
const PATH = /(?:\/(?:[^\s?#%]|%[\dA-Fa-f]{2})*)?/;
const QUERY = /(?:\?(?:[^\s#%]|%[\dA-Fa-f]{2})*)?/;
const ADDRESS = [/postgres(?:ql)?:\/\//, `(?:${LOGIN.source})?`, SERVER, PATH, QUERY]
  .map((part) => (typeof part === 'string' ? part : part.source))
  .join('');

/** What pg_exporter reads as an address: it writes one that it cannot read into its log, with the password. */
export const ServerUrl = pattern(
  new RegExp(`^(?:${ADDRESS})?$`),
  'an address postgres://user:password@host:port/database?sslmode=…, with %2F for `/` in the password and the like, or empty text',
);

const ConnectionParameters = pattern(
  /^(?:[a-z_]+=(?:[\w.,:/@+-]|%[\dA-Fa-f]{2})*(?:&(?!$)|$))*$/,
  'parameters of a connection, as sslmode=verify-full&sslrootcert=/run/host/etc/ssl/rds.pem',
);

/** Arguments of a process are read by everybody on its host. */
const Options = AnyText.refine((text) => !/(?:^|\s)["']?(?:-[ud]|--url\b)/.test(text), {
  error: 'expected arguments without --url, which everybody on the host could read: it is `pg_exporter_url`',
});

/** An entry of `pg_exporters`: a server outside the site that infra hosts monitor (monitoring.md, section 7). */
export const ForeignServer = z.strictObject(
  {
    pg_cluster: ClusterName,
    pg_seq: Count,
    pg_host: ServerAddress,
    pg_port: optional(Port),
    pg_monitor_username: optional(RoleName),
    pg_monitor_password: optional(Password),
    pg_exporter_url: optional(ServerUrl),
    pg_exporter_params: optional(ConnectionParameters),
    pg_exporter_auto_discovery: optional(Flag),
    pg_exporter_exclude_database: optional(AnyText),
    pg_exporter_include_database: optional(AnyText),
    pg_exporter_connect_timeout: optional(Positive),
    pg_exporter_cache_ttls: optional(CacheTimes),
    pg_exporter_options: optional(Options),
    // Read by Pigsty: the queries are ours, and the databases are data sources of Grafana.
    pg_exporter_config: optional(Text),
    pg_databases: optional(listOf(Database, 'databases')),
  },
  expected('{ pg_cluster, pg_seq, pg_host, … }'),
);
export type ForeignServer = z.infer<typeof ForeignServer>;
