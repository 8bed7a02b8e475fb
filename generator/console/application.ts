import type { ConsoleSettings, Page } from '../model/dashboard.ts';
import { type Address, formatAddress, parseAddress } from './address.ts';
import type { Context } from './context.ts';
import type { VariableValues } from './expression.ts';
import { Frame } from './frame.ts';
import { listen, type Shortcut, shortcutHelp } from './keyboard.ts';
import { Load } from './load.ts';
import { PageView } from './page.ts';
import { Palette } from './palette.ts';
import { Prometheus, Unreachable } from './prometheus.ts';
import { switchTheme } from './theme.ts';
import { closer, earlier, later, RANGES, wider } from './time-controls.ts';
import { type TimeRange, timeRange } from './time-range.ts';
import { resolveVariables } from './variables.ts';

/** Points of a chart: no chart is wide enough to show more. */
const POINTS = 360;
/** Until the next attempt, if the server is away and the page does not refresh itself. */
const RETRY_SECONDS = 15;

/** The console: it shows what the address says, and changes nothing but the address. */
export class Application implements Context {
  readonly settings: ConsoleSettings;
  readonly #server: Prometheus;
  readonly #frame: Frame;
  readonly #palette: Palette;
  #shown: { readonly page: Page; readonly view: PageView } | undefined;
  #range: TimeRange;
  #current = new AbortController();
  #timer: number | undefined;
  #lastAnswer: number | undefined;
  #failure: Unreachable | undefined;

  constructor(settings: ConsoleSettings) {
    this.settings = settings;
    this.#server = new Prometheus(settings.prometheus);
    this.#range = timeRange('', '', Date.now() / 1000, POINTS);
    this.#palette = new Palette(this, this.#server);
    const shortcuts = this.#shortcuts(() => help.showModal());
    const help = shortcutHelp(shortcuts);
    this.#frame = new Frame(this, { search: () => this.#palette.open(), help: () => help.showModal() });
    document.body.append(this.#palette.body, help);
    listen(shortcuts);
    addEventListener('hashchange', () => void this.show());
    document.addEventListener('visibilitychange', () => document.hidden || void this.show());
  }

  address(): Address {
    return parseAddress(location.hash);
  }

  go(change: Partial<Address>): void {
    location.hash = formatAddress({ ...this.address(), ...change });
  }

  time(): number {
    return this.#range.to;
  }

  /** Shows the address as of now. What an earlier call still waits for is given up. */
  async show(): Promise<void> {
    clearTimeout(this.#timer);
    this.#current.abort();
    this.#current = new AbortController();
    const { signal } = this.#current;
    this.#frame.busy(true);
    try {
      await this.#showPage(signal);
    } catch (reason) {
      if (signal.aborted) return;
      if (!(reason instanceof Unreachable)) throw reason;
      this.#report(reason);
    } finally {
      if (!signal.aborted) this.#plan();
    }
  }

  async #showPage(signal: AbortSignal): Promise<void> {
    const address = this.address();
    const page = this.settings.pages.find(({ id }) => id === address.page) ?? this.settings.pages[0];
    if (page === undefined) return;
    this.#range = timeRange(address.from, address.to, Date.now() / 1000, POINTS);
    const view = this.#viewOf(page);
    this.#frame.update(page, address, this.#range);
    const values = await this.#variables(page, address, signal);
    if (signal.aborted) return;
    await view.show(new Load(this.#server, this.#range, values, signal));
  }

  #viewOf(page: Page): PageView {
    if (this.#shown?.page === page) return this.#shown.view;
    this.#shown?.view.close();
    const view = new PageView(page, this, (failure) => this.#report(failure));
    this.#shown = { page, view };
    this.#frame.open(page, view.body);
    document.title = `${page.title} · ${this.settings.site}`;
    return view;
  }

  /** The values of the page's variables; those that the address does not have are added to it. */
  async #variables(page: Page, address: Address, signal: AbortSignal): Promise<VariableValues> {
    const choices = await resolveVariables(page, address.variables, this.#server, {
      range: this.#range,
      signal,
    });
    if (signal.aborted) return {};
    const values = Object.fromEntries(choices.map(({ variable, value }) => [variable.name, value]));
    const complete = { ...address, page: page.id, variables: values };
    history.replaceState(null, '', formatAddress(complete));
    this.#frame.variables.draw(choices);
    this.#frame.update(page, complete, this.#range);
    if (choices.length > 0) this.#report(undefined);
    return values;
  }

  #report(failure: Unreachable | undefined): void {
    this.#failure = failure;
    if (failure === undefined) this.#lastAnswer = Date.now() / 1000;
    this.#frame.tell(failure?.message, this.#lastAnswer);
  }

  /** The next refresh. A page in the background does not refresh itself. */
  #plan(): void {
    this.#frame.busy(false);
    const { refresh, to } = this.address();
    const isLive = to === 'now' && refresh > 0;
    const seconds = this.#failure ? RETRY_SECONDS : isLive ? refresh : undefined;
    if (seconds === undefined) return;
    this.#timer = window.setTimeout(() => document.hidden || void this.show(), seconds * 1000);
  }

  #shortcuts(help: () => void): readonly Shortcut[] {
    return [
      { keys: ['/'], title: 'Go to a page, cluster, instance or node', run: () => this.#palette.open() },
      {
        keys: RANGES.map((_, index) => String(index + 1)),
        title: `Last ${RANGES.join(', ')}`,
        run: (key) => this.#last(key),
      },
      { keys: ['['], title: 'Earlier', run: () => this.go(earlier(this.#range)) },
      { keys: [']'], title: 'Later', run: () => this.go(later(this.#range)) },
      { keys: ['-'], title: 'Wider', run: () => this.go(wider(this.#range)) },
      { keys: ['+', '='], title: 'Closer', run: () => this.go(closer(this.#range)) },
      { keys: ['r'], title: 'Refresh', run: () => void this.show() },
      { keys: ['t'], title: 'Light or dark', run: switchTheme },
      { keys: ['?'], title: 'This list', run: help },
    ];
  }

  #last(key: string): void {
    const length = RANGES[Number(key) - 1];
    if (length) this.go({ from: `now-${length}`, to: 'now' });
  }
}
