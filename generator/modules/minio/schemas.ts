import * as z from 'zod';
import { expected, optional, Password, pattern, Text } from '../schemas.ts';

/** A directory, or several in minio's own notation: `/data{1...4}`. */
export const Volumes = pattern(
  /^\/(?:[A-Za-z0-9._@+=,/-]|\{\d+\.\.\.\d+\})*$/,
  'an absolute path of letters, digits and . _ - @ + = , with {1...4} for several',
);

/** Names as S3 allows them (Amazon S3 user guide, "General purpose bucket naming rules"). */
export const Bucket = z.strictObject(
  { name: pattern(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, '3-63 lower-case letters, digits, dots and dashes') },
  expected('{ name }'),
);
export type Bucket = z.infer<typeof Bucket>;

export const MinioUser = z.strictObject(
  { access_key: Text, secret_key: Password, policy: optional(Text) },
  expected('{ access_key, secret_key, policy }'),
);
export type MinioUser = z.infer<typeof MinioUser>;
