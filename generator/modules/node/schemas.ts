import * as z from 'zod';
import {
  AnyText,
  expected,
  Flag,
  Ip,
  listOf,
  oneOf,
  Port,
  Positive,
  Text,
  Texts,
  whole,
} from '../schemas.ts';

const HaproxyServer = z.strictObject(
  {
    name: Text,
    ip: Ip,
    port: Port,
    backup: Flag.exactOptional(),
    weight: whole(0, 256, 'a weight 0-256').exactOptional(),
    options: AnyText.exactOptional(),
  },
  expected('{ name, ip, port, … }'),
);

/** HAProxy's own settings, which Pigsty's code reads where its documentation puts them one level higher. */
const Nested = z.strictObject(
  { balance: Text.exactOptional(), maxconn: Positive.exactOptional() },
  expected('{ balance, maxconn }'),
);

/** One entry of `haproxy_services`; `options` are lines of the `listen` section as they are. */
export const HaproxyService = z.strictObject(
  {
    name: Text,
    port: Port,
    ip: Text.exactOptional(),
    protocol: oneOf('tcp', 'http').exactOptional(),
    balance: Text.exactOptional(),
    maxconn: Positive.exactOptional(),
    haproxy: Nested.exactOptional(),
    options: Texts.exactOptional(),
    default: Text.exactOptional(),
    servers: listOf(HaproxyServer, 'servers').exactOptional(),
  },
  expected('{ name, port, servers, … }'),
);
export type HaproxyService = z.infer<typeof HaproxyService>;
