/*
 * What pgBackRest 2.55 accepts and requires for a repository (its configuration reference, "Repository Options"), in the
 * names of `pgbackrest_repo`: without `repo<n>-`, and with underscores.
 */
const prefixed = (prefix: string, ...names: string[]): string[] => names.map((name) => `${prefix}_${name}`);

const SERVER = ['ca_file', 'ca_path', 'host', 'port', 'verify_tls'];

export const REPOSITORY_OPTIONS: readonly string[] = [
  ...['type', 'path', 'hardlink', 'symlink', 'target_time'],
  ...[
    'block',
    ...prefixed('block', 'age_map', 'checksum_size_map', 'size_map', 'size_super', 'size_super_full'),
  ],
  ...['bundle', ...prefixed('bundle', 'limit', 'size')],
  ...prefixed('cipher', 'pass', 'type'),
  ...['host', ...prefixed('host', 'ca_file', 'ca_path', 'cert_file', 'cmd', 'config', 'config_include_path')],
  ...prefixed('host', 'config_path', 'key_file', 'port', 'type', 'user'),
  ...prefixed('retention', 'archive', 'archive_type', 'diff', 'full', 'full_type', 'history'),
  ...prefixed('storage', ...SERVER, 'tag', 'upload_chunk_size'),
  ...prefixed('azure', 'account', 'container', 'endpoint', 'key', 'key_type', 'uri_style', ...SERVER),
  ...prefixed('gcs', 'bucket', 'endpoint', 'key', 'key_type', 'user_project'),
  ...prefixed(
    's3',
    'bucket',
    'endpoint',
    'key',
    'key_secret',
    'key_type',
    'kms_key_id',
    'region',
    'requester_pays',
  ),
  ...prefixed('s3', 'role', 'sse_customer_key', 'token', 'uri_style', 'verify_ssl', ...SERVER),
  ...prefixed('sftp', 'host', 'host_fingerprint', 'host_key_check_type', 'host_key_hash_type', 'host_port'),
  ...prefixed(
    'sftp',
    'host_user',
    'known_host',
    'private_key_file',
    'private_key_passphrase',
    'public_key_file',
  ),
];

/** What a type of repository requires: options, and options with keys unless a service of the cloud gives them. */
export type Required = { readonly options: readonly string[]; readonly keys: readonly string[] };

/** For a file system, pgBackRest's default path is inside the image, where nothing can be written. */
const FILE_SYSTEM: Required = { options: ['path'], keys: [] };

export const REQUIRED_BY_TYPE: Readonly<Record<string, Required>> = {
  posix: FILE_SYSTEM,
  cifs: FILE_SYSTEM,
  s3: prefix('s3', ['bucket', 'endpoint', 'region'], ['key', 'key_secret']),
  azure: prefix('azure', ['account', 'container'], ['key']),
  gcs: prefix('gcs', ['bucket'], ['key']),
  sftp: prefix('sftp', ['host', 'host_user', 'host_key_hash_type', 'private_key_file'], []),
};

/** Values of `<type>_key_type` with which pgBackRest gets keys from the cloud's services. */
export const KEYLESS: readonly unknown[] = ['auto', 'web-id', 'pod-id'];

function prefix(type: string, options: readonly string[], keys: readonly string[]): Required {
  return { options: prefixed(type, ...options), keys: prefixed(type, ...keys) };
}
