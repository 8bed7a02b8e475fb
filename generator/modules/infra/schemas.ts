import * as z from 'zod';
import type { Value } from '../../model/inventory.ts';
import {
  AbsolutePath,
  expected,
  Flag,
  oneOf,
  optional,
  Password,
  Positive,
  pattern,
  ServerAddress,
  Text,
} from '../schemas.ts';

/** The name of a portal entry, which is also a file's. */
export const PortalName = pattern(/^[A-Za-z0-9_][\w.-]*$/, 'a name of letters, digits and . _ -');
const Domain = pattern(/^(?!-)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/, 'a domain name');
const Endpoint = pattern(
  /^(?:\$\{admin_ip\}|[A-Za-z0-9.-]+):(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])(?:\/[\w.~/-]*)?$/,
  'a host with its port and perhaps a path, as 10.10.10.10:9001',
);

/** One entry of `infra_portal`: a web site that Nginx serves, or an endpoint that modules look up. */
export const PortalEntry = z.strictObject(
  {
    domain: optional(Domain),
    endpoint: optional(Endpoint),
    websocket: optional(Flag),
    scheme: optional(oneOf('http', 'https')),
    auth: optional(Flag),
    cert: optional(AbsolutePath),
    key: optional(AbsolutePath),
  },
  expected('{ domain, endpoint, … }'),
);
export type PortalEntry = z.infer<typeof PortalEntry>;

/** Addresses by names, which are the values of the label `ins`. */
export const PingTargets = z.record(
  pattern(/^[A-Za-z0-9][\w.-]*$/, 'a name of letters, digits and . _ -'),
  ServerAddress,
  expected('a dictionary of names and addresses, as { gateway: 10.10.10.1 }'),
);

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

/** Prometheus's own form of a time span (its configuration, `<duration>`). */
export const Duration = pattern(
  /^(?=.*[1-9])(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/,
  'a time span above zero as Prometheus writes it, as 30s or 1m30s',
);

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  y: 365 * 86_400,
  w: 7 * 86_400,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/** The seconds of a {@link Duration}. */
export function durationSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+)([a-z]+)/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0), 0);
}

/** A name without the separator of the file of passwords (nginx, auth_basic_user_file). */
const PortalUser = pattern(/^[^\p{Cc}:\s#]+$/u, 'a user name without white space, : and #');
/** Users of the portal and their passwords. */
export const PortalUsers = z.record(PortalUser, Password, expected('a dictionary of passwords by user name'));

/** Anything: the pipe keeps the schema of inventories (`pigsty schema`) without references to itself. */
const Structured: z.ZodType<Value> = z
  .unknown()
  .pipe(z.json(expected('text, numbers, lists and dictionaries')));
/** A dictionary in the words of Alertmanager; amtool knows them (prometheus.io, "Alerting configuration"). */
export const AlertSettings = z.record(z.string(), Structured, expected('a dictionary'));
export const AlertReceiver = z
  .object({ name: Text }, expected('{ name, webhook_configs, … }'))
  .catchall(Structured);

/** Keys of Alertmanager's receivers and its global section whose values are secret, addresses with tokens in them too. */
export const RECEIVER_SECRETS = (
  'url api_url webhook_url proxy_url password auth_password auth_secret credentials bearer_token client_secret ' +
  'api_key api_secret routing_key integration_key service_key access_key token_url token_id Authorization ' +
  'telegram_api_url pagerduty_url secret_key token user_key bot_token ' +
  'smtp_auth_password smtp_auth_secret slack_api_url opsgenie_api_key victorops_api_key victorops_api_url ' +
  'wechat_api_secret telegram_bot_token rocketchat_token rocketchat_token_id'
).split(' ');
