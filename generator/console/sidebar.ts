import type { Page } from '../model/dashboard.ts';
import { type Address, formatAddress } from './address.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';

/** The pages in their groups. Links keep the time and those variables that their page has. */
export class Sidebar {
  readonly body: HTMLElement;
  readonly #links: readonly { readonly page: Page; readonly link: HTMLAnchorElement }[];

  constructor({ settings }: Context) {
    this.#links = settings.pages.map((page) => ({
      page,
      link: element('a', { title: page.about }, page.title),
    }));
    const groups = Map.groupBy(this.#links, ({ page }) => page.group);
    const lists = [...groups].map(([group, links]) =>
      element('div', { class: 'nav-group' }, element('h2', {}, group), ...links.map(({ link }) => link)),
    );
    const portal = element('a', { class: 'portal', href: settings.portal }, 'All services');
    this.body = element('nav', { class: 'sidebar', id: 'sidebar', 'aria-label': 'Pages' }, ...lists, portal);
  }

  update(current: Page, address: Address): void {
    for (const { page, link } of this.#links) {
      link.href = addressOf(page, address);
      if (page === current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }
}

/** The address of a page at the time of another, with the variables that it shares with it. */
export function addressOf(page: Page, address: Address): string {
  const names = new Set(page.variables.map(({ name }) => name));
  const kept = Object.entries(address.variables).filter(([name]) => names.has(name));
  return formatAddress({ ...address, page: page.id, variables: Object.fromEntries(kept) });
}
