import type { ConsoleSettings, PageLink } from '../model/dashboard.ts';
import type { Address } from './address.ts';
import { formatAddress } from './address.ts';
import type { Load } from './load.ts';
import type { Labels } from './prometheus.ts';

/** What panels know of the application around them. */
export type Context = {
  readonly settings: ConsoleSettings;
  address(): Address;
  go(change: Partial<Address>): void;
  /** The end of the time that is shown, in seconds since 1970. */
  time(): number;
};

/** A panel on the page. `show` resolves when it shows the answers of `load`, and rejects with why it cannot. */
export type PanelView = { readonly body: HTMLElement; show(load: Load): Promise<void> };

/**
 * The address of a link for a series: the variables that its labels give, otherwise those of the page itself, and those of
 * the page that the target has too. Undefined if a variable of the link has no value.
 */
export function hrefOf(context: Context, link: PageLink | undefined, labels: Labels): string | undefined {
  if (link === undefined) return undefined;
  const address = context.address();
  const given = Object.entries(link.variables).map(
    ([name, label]) => [name, labels[label] || address.variables[name] || ''] as const,
  );
  if (given.some(([, value]) => value === '')) return undefined;
  const target = context.settings.pages.find(({ id }) => id === link.page);
  const kept = Object.entries(address.variables).filter(([name]) =>
    target?.variables.some((variable) => variable.name === name),
  );
  const variables = Object.fromEntries([...kept, ...given]);
  return formatAddress({ ...address, page: link.page, variables });
}
