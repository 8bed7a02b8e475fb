import * as z from 'zod';
import { ADDRESS_OR_CIDR } from '../../../text/address.ts';
import {
  AbsolutePath,
  AnyText,
  ClusterName,
  Count,
  expected,
  Flag,
  Limit,
  listOf,
  oneOf,
  Password,
  Port,
  Positive,
  pattern,
  Scalar,
  Text,
  Texts,
} from '../../schemas.ts';

/*
 * Structured values (pigsty.md section 5). Objects are strict, so that a mistyped key is reported.
 */
const PoolMode = oneOf('transaction', 'session', 'statement');

/** Settings of a role or a database, `ALTER … SET`. */
const SessionSettings = z.record(
  z.string(),
  z.union([Scalar, z.array(Scalar)], expected('a value or a list of values')),
  expected('a dictionary of settings'),
);

/** Text: the reader keeps an unquoted date as it is written. */
const Day = z.iso.date(expected('a day, as 2030-12-31'));

/** A role, of `pg_users` or `pg_default_roles`. `expire_in` counts days and overrides `expire_at`. */
export const User = z.strictObject(
  {
    name: Text,
    password: Password.exactOptional(),
    login: Flag.exactOptional(),
    superuser: Flag.exactOptional(),
    createdb: Flag.exactOptional(),
    createrole: Flag.exactOptional(),
    inherit: Flag.exactOptional(),
    replication: Flag.exactOptional(),
    bypassrls: Flag.exactOptional(),
    pgbouncer: Flag.exactOptional(),
    connlimit: Limit.exactOptional(),
    expire_in: Count.exactOptional(),
    expire_at: Day.exactOptional(),
    comment: AnyText.exactOptional(),
    roles: Texts.exactOptional(),
    parameters: SessionSettings.exactOptional(),
    pool_mode: PoolMode.exactOptional(),
    pool_connlimit: Limit.exactOptional(),
    search_path: Text.exactOptional(),
  },
  expected('a user: { name, … }'),
);
export type User = z.infer<typeof User>;

const NamedExtension = z.strictObject(
  { name: Text, schema: Text.exactOptional() },
  expected('{ name, schema }'),
);

/** `{ name, schema }`; a bare name means `{ name }`. */
export const Extension = z.union(
  [NamedExtension, Text.transform((name): z.infer<typeof NamedExtension> => ({ name }))],
  expected('an extension: its name, or { name, schema }'),
);
export type Extension = z.infer<typeof Extension>;

/** `{ name }`; a bare name means the same. */
const Schema = z.union(
  [z.strictObject({ name: Text }, expected('{ name }')), Text.transform((name) => ({ name }))],
  expected('a schema: its name, or { name }'),
);

/** An entry of `pg_databases`. The documented spellings (`pool_size_reserve`, `pool_max_db_conn`) override the other ones. */
export const Database = z.strictObject(
  {
    name: Text,
    baseline: Text.exactOptional(),
    pgbouncer: Flag.exactOptional(),
    schemas: listOf(Schema, 'schemas').exactOptional(),
    extensions: listOf(Extension, 'extensions').exactOptional(),
    comment: AnyText.exactOptional(),
    owner: Text.exactOptional(),
    template: Text.exactOptional(),
    encoding: Text.exactOptional(),
    locale: Text.exactOptional(),
    lc_collate: Text.exactOptional(),
    lc_ctype: Text.exactOptional(),
    tablespace: Text.exactOptional(),
    allowconn: Flag.exactOptional(),
    revokeconn: Flag.exactOptional(),
    connlimit: Limit.exactOptional(),
    register_datasource: Flag.exactOptional(),
    parameters: SessionSettings.exactOptional(),
    pool_auth_user: Text.exactOptional(),
    pool_mode: PoolMode.exactOptional(),
    pool_size: Count.exactOptional(),
    pool_size_min: Count.exactOptional(),
    pool_size_reserve: Count.exactOptional(),
    pool_reserve: Count.exactOptional(),
    pool_max_db_conn: Count.exactOptional(),
    pool_connlimit: Count.exactOptional(),
  },
  expected('a database: { name, … }'),
);
export type Database = z.infer<typeof Database>;

/** `selector` and `backup` are JMESPath over the members' variables. */
export const PgService = z.strictObject(
  {
    name: pattern(/^[\w-]+$/, 'a name of letters, digits, _ and -'),
    port: Port,
    selector: Text,
    backup: Text.exactOptional(),
    ip: Text.exactOptional(),
    dest: z
      .union(
        [z.enum(['default', 'postgres', 'pgbouncer']), Port],
        expected('default, postgres, pgbouncer or a port 1-65535'),
      )
      .exactOptional(),
    check: pattern(/^\/\S*$/, 'a path of the health check, as /primary').exactOptional(),
    maxconn: Positive.exactOptional(),
    balance: Text.exactOptional(),
    options: Text.exactOptional(),
  },
  expected('a service: { name, port, selector, … }'),
);
export type PgService = z.infer<typeof PgService>;

const ALIASES = ['local', 'localhost', 'admin', 'infra', 'cluster', 'intra', 'intranet', 'world', 'all'];

const HbaAddress = z
  .string(expected('an address'))
  .refine(
    (text) => ALIASES.includes(text) || ADDRESS_OR_CIDR.test(text),
    expected(`an IPv4 address or network, or one of ${ALIASES.join(', ')}`),
  );

/** Either raw lines (`rules`), or the fields of one rule. */
export const HbaRule = z.strictObject(
  {
    title: AnyText.exactOptional(),
    role: oneOf('common', 'default', 'primary', 'replica', 'offline', 'standby', 'delayed').exactOptional(),
    rules: Texts.exactOptional(),
    user: Text.exactOptional(),
    db: Text.exactOptional(),
    addr: HbaAddress.exactOptional(),
    auth: oneOf(
      ...['pwd', 'ssl', 'ssl-md5', 'ssl-sha', 'cert', 'sha', 'md5'],
      ...['deny', 'trust', 'peer', 'os', 'ident', 'scram-sha-256', 'reject', 'password'],
    ).exactOptional(),
  },
  expected('a rule: { title, role, rules } or { title, role, user, db, addr, auth }'),
);
export type HbaRule = z.infer<typeof HbaRule>;

/**
 * An entry of `pgbackrest_repo`: keys are pgBackRest's `repo<n>-*` options with underscores (its command reference).
 * Options that are not listed here are passed unchanged.
 */
export const BackupRepository = z
  .object(
    {
      type: oneOf('posix', 's3', 'azure', 'gcs', 'sftp', 'cifs').exactOptional(),
      path: AbsolutePath.exactOptional(),
      s3_endpoint: Text.exactOptional(),
      s3_region: Text.exactOptional(),
      s3_bucket: Text.exactOptional(),
      s3_key: Password.exactOptional(),
      s3_key_secret: Password.exactOptional(),
      s3_uri_style: oneOf('host', 'path').exactOptional(),
      storage_port: Port.exactOptional(),
      storage_ca_file: AbsolutePath.exactOptional(),
      bundle: z
        .union(
          [z.enum(['y', 'n']), Flag.transform((isOn) => (isOn ? ('y' as const) : ('n' as const)))],
          expected('y or n'),
        )
        .exactOptional(),
      cipher_type: oneOf('none', 'aes-256-cbc').exactOptional(),
      cipher_pass: Password.exactOptional(),
      retention_full_type: oneOf('count', 'time').exactOptional(),
      retention_full: Positive.exactOptional(),
    },
    expected('a repository: { type, path, retention_full, … }'),
  )
  .catchall(Scalar);
export type BackupRepository = z.infer<typeof BackupRepository>;

/** An entry of `pg_exporters`: a monitored server outside the site. It may have any parameter of PGSQL. */
export const RemoteInstance = z
  .object(
    {
      pg_cluster: ClusterName,
      pg_seq: Count,
      pg_host: Text.exactOptional(),
      pg_port: Port.exactOptional(),
    },
    expected('{ pg_cluster, pg_seq, pg_host, … }'),
  )
  .catchall(z.unknown());
export type RemoteInstance = z.infer<typeof RemoteInstance>;
