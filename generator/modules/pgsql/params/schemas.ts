import jmespath from 'jmespath';
import * as z from 'zod';
import { balanceProblem, serverOptionsProblem } from '../../../text/haproxy-words.ts';
import { HBA_ADDRESS } from '../../../text/hba-address.ts';
import { normalPath } from '../../../text/path.ts';
import {
  AbsolutePath,
  AnyText,
  ConfigLines,
  Count,
  expected,
  Flag,
  Limit,
  Line,
  LineScalar,
  lineFor,
  listOf,
  oneOf,
  optional,
  Password,
  Port,
  Positive,
  pattern,
  Scalar,
  Text,
  whole,
} from '../../schemas.ts';

/*
 * Structured values (pigsty.md section 5). Objects are strict, so that a mistyped key is reported (stages/unknown-keys.ts).
 */
const PoolMode = oneOf('transaction', 'session', 'statement');

/** Settings of a role or a database, `ALTER … SET`. */
const SessionSettings = z.record(
  z.string(),
  z.union([Scalar, z.array(Scalar)], expected('a value or a list of values')),
  expected('a dictionary of settings'),
);

/** Parameters of PostgreSQL by name. */
export const ServerSettings = z.record(
  z.string(),
  z.union([Flag, LineScalar], expected('a value')),
  expected('a dictionary of parameters'),
);

/** Text: the reader keeps an unquoted date as it is written. */
const Day = z.iso.date(expected('a day, as 2030-12-31'));

/** Whether an entry exists: `absent` drops it. Pigsty 4 writes `create` for `present` (its manual, "User"). */
const EntryState = oneOf('present', 'create', 'absent');
export type EntryState = z.infer<typeof EntryState>;

/** A role, of `pg_users` or `pg_default_roles`. `expire_in` counts days and overrides `expire_at`. */
export const User = z.strictObject(
  {
    name: Line,
    state: optional(EntryState),
    password: optional(Password),
    login: optional(Flag),
    superuser: optional(Flag),
    createdb: optional(Flag),
    createrole: optional(Flag),
    inherit: optional(Flag),
    replication: optional(Flag),
    bypassrls: optional(Flag),
    pgbouncer: optional(Flag),
    connlimit: optional(Limit),
    expire_in: optional(Count),
    expire_at: optional(Day),
    comment: optional(AnyText),
    roles: optional(listOf(Line, 'roles')),
    parameters: optional(SessionSettings),
    pool_mode: optional(PoolMode),
    pool_connlimit: optional(Limit),
    search_path: optional(Text),
  },
  expected('a user: { name, … }'),
);
export type User = z.infer<typeof User>;

const NamedExtension = z.strictObject(
  { name: Text, schema: optional(Text), state: optional(EntryState) },
  expected('{ name, schema, state }'),
);

/** `{ name, schema, state }`; a bare name means `{ name }`. */
export const Extension = z.union(
  [NamedExtension, Text.transform((name): z.infer<typeof NamedExtension> => ({ name }))],
  expected('an extension: its name, or { name, schema, state }'),
);
export type Extension = z.infer<typeof Extension>;

const NamedSchema = z.strictObject({ name: Text, state: optional(EntryState) }, expected('{ name, state }'));

/** `{ name, state }`; a bare name means `{ name }`. */
const Schema = z.union(
  [NamedSchema, Text.transform((name): z.infer<typeof NamedSchema> => ({ name }))],
  expected('a schema: its name, or { name, state }'),
);

/** An entry of `pg_databases`. `state: absent` drops a database only with `drop: true`. The documented spellings (`pool_size_reserve`, `pool_max_db_conn`) override the other ones. */
export const Database = z.strictObject(
  {
    name: Text,
    state: optional(EntryState),
    drop: optional(Flag),
    baseline: optional(Text),
    pgbouncer: optional(Flag),
    schemas: optional(listOf(Schema, 'schemas')),
    extensions: optional(listOf(Extension, 'extensions')),
    comment: optional(AnyText),
    owner: optional(Text),
    template: optional(Text),
    encoding: optional(Text),
    locale: optional(Text),
    lc_collate: optional(Text),
    lc_ctype: optional(Text),
    tablespace: optional(Text),
    allowconn: optional(Flag),
    revokeconn: optional(Flag),
    connlimit: optional(Limit),
    register_datasource: optional(Flag),
    parameters: optional(SessionSettings),
    pool_auth_user: optional(Line),
    pool_mode: optional(PoolMode),
    pool_size: optional(Count),
    pool_size_min: optional(Count),
    pool_size_reserve: optional(Count),
    pool_reserve: optional(Count),
    pool_max_db_conn: optional(Count),
    pool_connlimit: optional(Count),
  },
  expected('a database: { name, … }'),
);
export type Database = z.infer<typeof Database>;

/** Over the members' variables. */
const Selector = Text.refine(
  isJmesPath,
  expected('a JMESPath expression over the members, as [? pg_role == `primary`]'),
);

/** The parser throws errors of several kinds. */
function isJmesPath(text: string): boolean {
  try {
    jmespath.compile(text);
    return true;
  } catch {
    return false;
  }
}

export const PgService = z.strictObject(
  {
    name: pattern(/^[\w-]+$/, 'a name of letters, digits, _ and -'),
    port: Port,
    selector: Selector,
    backup: optional(Selector),
    ip: optional(pattern(/^(?:\*|[\w.:-]+)$/, 'an address, or * for all')),
    dest: optional(
      z.union(
        [z.enum(['default', 'postgres', 'pgbouncer']), Port],
        expected('default, postgres, pgbouncer or a port 1-65535'),
      ),
    ),
    check: optional(pattern(/^\/[!-~]*$/, 'a path of the health check, as /primary')),
    maxconn: optional(Positive),
    balance: optional(lineFor(balanceProblem)),
    options: optional(lineFor(serverOptionsProblem)),
  },
  expected('a service: { name, port, selector, … }'),
);
export type PgService = z.infer<typeof PgService>;

/** Names for addresses in a rule (pigsty.md section 5). */
export const ADDRESS_ALIASES = [
  'local',
  'localhost',
  'admin',
  'infra',
  'cluster',
  'intra',
  'intranet',
  'world',
  'all',
];

const HbaAddress = pattern(
  HBA_ADDRESS,
  `an address or network, a host name, samehost or samenet, or one of ${ADDRESS_ALIASES.join(', ')}`,
);

/** Either raw lines (`rules`), or the fields of one rule. `order` is of Pigsty 4 (its manual, "HBA Rules"): access/hba/order.ts. */
export const HbaRule = z.strictObject(
  {
    title: optional(AnyText),
    order: optional(whole(0, 10_000, 'a place in the order, 0-10000')),
    role: optional(oneOf('common', 'default', 'primary', 'replica', 'offline', 'standby', 'delayed')),
    rules: optional(ConfigLines),
    user: optional(Line),
    db: optional(Line),
    addr: optional(HbaAddress),
    auth: optional(
      oneOf(
        ...['pwd', 'ssl', 'ssl-md5', 'ssl-sha', 'cert', 'sha', 'md5'],
        ...['deny', 'trust', 'peer', 'os', 'ident', 'scram-sha-256', 'reject', 'password'],
      ),
    ),
  },
  expected('a rule: { title, role, rules } or { title, role, user, db, addr, auth }'),
);
export type HbaRule = z.infer<typeof HbaRule>;

/** Like {@link AbsolutePath}, with `${pg_cluster}` in it. */
const RepositoryPath = pattern(
  /^(?!.*\/\.\.(?:\/|$))\/(?:[A-Za-z0-9._@+=,/-]|\$\{pg_cluster\})*$/,
  'an absolute path of letters, digits and . _ - @ + = , without `..`; ${pg_cluster} may be part of it',
).transform(normalPath);

/**
 * An entry of `pgbackrest_repo`: keys are pgBackRest's `repo<n>-*` options with underscores (its command reference).
 * Options that are not listed here are passed unchanged; repository-options.ts knows their names.
 */
export const BackupRepository = z
  .object(
    {
      type: optional(oneOf('posix', 's3', 'azure', 'gcs', 'sftp', 'cifs')),
      path: optional(RepositoryPath),
      s3_endpoint: optional(Line),
      s3_region: optional(Line),
      s3_bucket: optional(Line),
      s3_key: optional(Password),
      s3_key_secret: optional(Password),
      s3_uri_style: optional(oneOf('host', 'path')),
      storage_port: optional(Port),
      storage_ca_file: optional(AbsolutePath),
      bundle: optional(
        z.union(
          [z.enum(['y', 'n']), Flag.transform((isOn) => (isOn ? ('y' as const) : ('n' as const)))],
          expected('y or n'),
        ),
      ),
      cipher_type: optional(oneOf('none', 'aes-256-cbc')),
      cipher_pass: optional(Password),
      retention_full_type: optional(oneOf('count', 'time')),
      retention_full: optional(Positive),
    },
    expected('a repository: { type, path, retention_full, … }'),
  )
  .catchall(LineScalar)
  .refine(
    (options) => Object.keys(options).every((key) => /^[\w-]+$/.test(key)),
    expected('options of pgBackRest as keys, with letters, digits, _ and -'),
  )
  .superRefine((options, { addIssue }) => {
    // It reads a value without the white space around it.
    const wrong = Object.entries(options).filter(([, value]) => String(value) !== String(value).trim());
    for (const [key] of wrong)
      addIssue({ code: 'custom', path: [key], message: 'expected text without white space at its ends' });
  });
export type BackupRepository = z.infer<typeof BackupRepository>;

/** Its types leave out the parser. */
declare module 'jmespath' {
  export function compile(expression: string): unknown;
}
