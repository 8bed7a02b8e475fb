import * as z from 'zod';
import { AbsolutePath, expected, Flag, oneOf, optional, Positive, Text } from '../schemas.ts';

/** One entry of `infra_portal`: a web site that Nginx serves, or an endpoint that modules look up. */
export const PortalEntry = z.strictObject(
  {
    domain: optional(Text),
    endpoint: optional(Text),
    websocket: optional(Flag),
    scheme: optional(oneOf('http', 'https')),
    cert: optional(AbsolutePath),
    key: optional(AbsolutePath),
  },
  expected('{ domain, endpoint, … }'),
);
export type PortalEntry = z.infer<typeof PortalEntry>;

export const NavbarLink = z.strictObject(
  { name: Text, url: Text, desc: optional(Text), comment: optional(Text) },
  expected('{ name, url, desc }'),
);
export type NavbarLink = z.infer<typeof NavbarLink>;

/** A package archive; `releases` are major versions of the distribution, `baseurl` has one address per region. */
export const Upstream = z.strictObject(
  {
    name: Text,
    description: optional(Text),
    module: Text,
    releases: z.array(Positive, expected('a list of releases')),
    baseurl: z.strictObject(
      { default: Text, china: optional(Text), europe: optional(Text) },
      expected('{ default, china, europe }'),
    ),
  },
  expected('{ name, module, releases, baseurl }'),
);
export type Upstream = z.infer<typeof Upstream>;
