import * as z from 'zod';
import { expected, Flag, optional, PasswordOrNone, Port, Positive, pattern, Text } from '../schemas.ts';

/** One value of `redis_instances`; `replica_of` is an address and a port, separated by a space. */
const Replica = z.strictObject(
  { replica_of: optional(pattern(/^\S+ \d{1,5}$/, 'the primary as `<address> <port>`')) },
  expected('{ replica_of }, or {}'),
);
export const RedisInstance = z.union(
  [Replica, z.null().transform((): z.infer<typeof Replica> => ({}))],
  expected('{ replica_of }, or {}'),
);
export type RedisInstance = z.infer<typeof RedisInstance>;

/** A primary that the sentinels watch, or no longer watch (`remove`). */
export const SentinelMaster = z.strictObject(
  {
    name: Text,
    host: Text,
    port: optional(Port),
    password: optional(PasswordOrNone),
    quorum: optional(Positive),
    remove: optional(Flag),
  },
  expected('{ name, host, port, … }'),
);
export type SentinelMaster = z.infer<typeof SentinelMaster>;
