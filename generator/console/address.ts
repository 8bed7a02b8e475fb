/** What is shown: all of it is in the address, so that a link shows another person the same. */
export type Address = {
  /** The page's id; empty for the first page. */
  readonly page: string;
  readonly variables: Readonly<Record<string, string>>;
  /** `now-1h`, seconds since 1970, or an ISO date. */
  readonly from: string;
  readonly to: string;
  /** Seconds between two refreshes; 0 for none. */
  readonly refresh: number;
};

export const DEFAULTS = { from: 'now-1h', to: 'now', refresh: 30 } as const;

/** The address of a location's hash, as `#/pgsql-cluster?var-cls=pg-meta&from=now-6h`. Unknown parts are left out. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const given = new URLSearchParams(query);
  const variables = [...given]
    .filter(([name, value]) => name.startsWith(PREFIX) && value !== '')
    .map(([name, value]) => [name.slice(PREFIX.length), value] as const);
  const refresh = Number(given.get('refresh') ?? DEFAULTS.refresh);
  return {
    page: decode(path),
    variables: Object.fromEntries(variables),
    from: given.get('from') ?? DEFAULTS.from,
    to: given.get('to') ?? DEFAULTS.to,
    refresh: Number.isFinite(refresh) && refresh >= 0 ? refresh : DEFAULTS.refresh,
  };
}

/** Variables are apart from the rest of the address, as in Grafana's. */
const PREFIX = 'var-';

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

/** The hash of an address. What is as usual is left out. */
export function formatAddress(address: Address): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(address.variables)) if (value) query.set(PREFIX + name, value);
  if (address.from !== DEFAULTS.from) query.set('from', address.from);
  if (address.to !== DEFAULTS.to) query.set('to', address.to);
  if (address.refresh !== DEFAULTS.refresh) query.set('refresh', String(address.refresh));
  const text = query.toString();
  return `#/${encodeURIComponent(address.page)}${text && `?${text}`}`;
}
