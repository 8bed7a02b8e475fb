import type { Page } from '../model/dashboard.ts';
import type { Address } from './address.ts';
import type { Context } from './context.ts';
import { element } from './element.ts';
import { formatTime } from './format.ts';
import { Sidebar } from './sidebar.ts';
import { switchTheme } from './theme.ts';
import { TimeControls } from './time-controls.ts';
import type { TimeRange } from './time-range.ts';
import { VariableBar } from './variable-bar.ts';

/** Everything around a page: navigation, title, variables, time, and the message about a server that is away. */
export class Frame {
  readonly variables: VariableBar;
  readonly #sidebar: Sidebar;
  readonly #time: TimeControls;
  readonly #title = element('h1');
  readonly #about = element('p', { class: 'about' });
  readonly #banner = element('div', { class: 'banner', role: 'alert', hidden: true });
  readonly #progress = element('div', { class: 'progress', 'aria-hidden': 'true' });
  readonly #place = element('main', { id: 'main', tabindex: -1 });

  constructor(context: Context, open: { readonly search: () => void; readonly help: () => void }) {
    this.variables = new VariableBar(context);
    this.#sidebar = new Sidebar(context);
    this.#time = new TimeControls(context);
    const menu = iconButton('☰', 'Pages', () => document.body.classList.toggle('menu-open'));
    menu.classList.add('menu');
    const brand = element('a', { class: 'brand', href: '#/' }, element('b', {}, context.settings.site));
    const search = element(
      'button',
      { type: 'button', class: 'search', onclick: open.search },
      'Go to…',
      element('kbd', {}, '/'),
    );
    const tools = [iconButton('◐', 'Light or dark', switchTheme), iconButton('?', 'Keys', open.help)];
    const bar = element(
      'header',
      { class: 'bar' },
      menu,
      brand,
      search,
      element('div', { class: 'space' }),
      this.#time.body,
      ...tools,
    );
    const heading = element(
      'div',
      { class: 'heading' },
      element('div', {}, this.#title, this.#about),
      this.variables.body,
    );
    const content = element('div', { class: 'content' }, this.#banner, heading, this.#place);
    const skip = element(
      'a',
      { class: 'skip', href: '#main', onclick: (event) => this.#skip(event) },
      'To the page',
    );
    const shade = element('div', { class: 'shade', onclick: closeMenu });
    document.body.replaceChildren(skip, bar, this.#progress, this.#sidebar.body, shade, content);
  }

  open(page: Page, body: HTMLElement): void {
    this.#title.textContent = page.title;
    this.#about.textContent = page.about;
    this.#place.replaceChildren(body);
    closeMenu();
    scrollTo(0, 0);
  }

  update(page: Page, address: Address, range: TimeRange): void {
    this.#sidebar.update(page, address);
    this.#time.update(address, range);
  }

  busy(isBusy: boolean): void {
    this.#progress.classList.toggle('busy', isBusy);
  }

  /** Says that a server is away, and from when the values are that are still to be seen. */
  tell(message: string | undefined, lastAnswer: number | undefined): void {
    this.#banner.hidden = message === undefined;
    if (message === undefined) return;
    const age =
      lastAnswer === undefined
        ? 'There are no values yet.'
        : `The values below are from ${formatTime(lastAnswer)}.`;
    this.#banner.replaceChildren(
      element('b', {}, 'Prometheus cannot be reached: '),
      `${message}. ${age} The page tries again by itself.`,
    );
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.#place.focus();
  }
}

function closeMenu(): void {
  document.body.classList.remove('menu-open');
}

function iconButton(text: string, title: string, onclick: () => void): HTMLButtonElement {
  return element('button', { type: 'button', class: 'icon', title, 'aria-label': title, onclick }, text);
}
