import * as z from 'zod';
import { AbsolutePath, expected, Flag, oneOf, Positive, Text } from '../schemas.ts';

/** One entry of `infra_portal`: a web site that Nginx serves, or an endpoint that modules look up. */
export const PortalEntry = z.strictObject(
  {
    domain: Text.exactOptional(),
    endpoint: Text.exactOptional(),
    websocket: Flag.exactOptional(),
    scheme: oneOf('http', 'https').exactOptional(),
    cert: AbsolutePath.exactOptional(),
    key: AbsolutePath.exactOptional(),
  },
  expected('{ domain, endpoint, … }'),
);
export type PortalEntry = z.infer<typeof PortalEntry>;

export const NavbarLink = z.strictObject(
  { name: Text, url: Text, desc: Text.exactOptional(), comment: Text.exactOptional() },
  expected('{ name, url, desc }'),
);
export type NavbarLink = z.infer<typeof NavbarLink>;

/** A package archive; `releases` are major versions of the distribution, `baseurl` has one address per region. */
export const Upstream = z.strictObject(
  {
    name: Text,
    description: Text.exactOptional(),
    module: Text,
    releases: z.array(Positive, expected('a list of releases')),
    baseurl: z.strictObject(
      { default: Text, china: Text.exactOptional(), europe: Text.exactOptional() },
      expected('{ default, china, europe }'),
    ),
  },
  expected('{ name, module, releases, baseurl }'),
);
export type Upstream = z.infer<typeof Upstream>;
