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
};

/** A panel on the page. `show` resolves when it shows the answers of `load`, and rejects with why it cannot. */
export type PanelView = { readonly body: HTMLElement; show(load: Load): Promise<void> };

/**
 * The address of a link for a series: the variables of the page that stay meaningful, and those that its labels give.
 * Undefined if the series lacks a label.
 */
export function hrefOf(context: Context, link: PageLink | undefined, labels: Labels): string | undefined {
  if (link === undefined) return undefined;
  const given = Object.entries(link.variables).map(([name, label]) => [name, labels[label]] as const);
  if (given.some(([, value]) => value === undefined || value === '')) return undefined;
  const target = context.settings.pages.find(({ id }) => id === link.page);
  const kept = Object.entries(context.address().variables).filter(([name]) =>
    target?.variables.some((variable) => variable.name === name),
  );
  const variables = Object.fromEntries([
    ...kept,
    ...given.map(([name, value]) => [name, value ?? ''] as const),
  ]);
  return formatAddress({ ...context.address(), page: link.page, variables });
}
