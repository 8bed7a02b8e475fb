import type { Page, Panel, Section } from '../model/dashboard.ts';
import type { Context, PanelView } from './context.ts';
import { element } from './element.ts';
import type { Load } from './load.ts';
import { panelView } from './panels/panel.ts';
import { Unreachable } from './prometheus.ts';

/** Panels this far below the window are loaded as well. */
const AHEAD = '300px';

type Shown = { readonly frame: HTMLElement; readonly view: PanelView; readonly error: HTMLElement };

/** A page on the screen. Only panels that are in the window are loaded; the others when they come into it. */
export class PageView {
  readonly body: HTMLElement;
  readonly #panels = new Map<Element, Shown>();
  readonly #visible = new Set<Element>();
  readonly #loaded = new Map<Element, Load>();
  readonly #observer: IntersectionObserver;
  readonly #report: (failure: Unreachable | undefined) => void;
  #load: Load | undefined;

  constructor(page: Page, context: Context, report: (failure: Unreachable | undefined) => void) {
    this.#report = report;
    this.#observer = new IntersectionObserver((changes) => this.#see(changes), { rootMargin: AHEAD });
    const sections = page.sections.map((one) => this.#section(one, context));
    this.body = element('div', { class: 'page' }, ...sections);
  }

  /** Asks for everything anew. Resolves when the panels that are in the window have their answers. */
  async show(load: Load): Promise<void> {
    this.#load = load;
    await this.#loadVisible();
  }

  close(): void {
    this.#observer.disconnect();
  }

  #section({ title, panels, closed }: Section, context: Context): HTMLElement {
    const grid = element('div', { class: 'grid' }, ...panels.map((panel) => this.#frame(panel, context)));
    return element('details', { class: 'section', open: !closed }, element('summary', {}, title), grid);
  }

  #frame(panel: Panel, context: Context): HTMLElement {
    const view = panelView(panel, context);
    const help = panel.help
      ? element(
          'span',
          { class: 'help', title: panel.help, tabindex: 0, role: 'note', 'aria-label': panel.help },
          '?',
        )
      : undefined;
    const error = element('p', { class: 'panel-error', hidden: true });
    const frame = element(
      'section',
      { class: `panel panel-${panel.kind}`, 'aria-label': panel.title, 'data-state': 'waiting' },
      element('h3', { title: panel.title }, panel.title, help),
      view.body,
      error,
    );
    frame.style.setProperty('--width', String(panel.width));
    this.#panels.set(frame, { frame, view, error });
    this.#observer.observe(frame);
    return frame;
  }

  #see(changes: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    void this.#loadVisible();
  }

  async #loadVisible(): Promise<void> {
    const load = this.#load;
    if (load === undefined) return;
    const wanted = [...this.#visible].filter((frame) => this.#loaded.get(frame) !== load);
    for (const frame of wanted) this.#loaded.set(frame, load);
    await Promise.all(wanted.map((frame) => this.#showPanel(this.#panels.get(frame), load)));
  }

  /** A panel that cannot be loaded keeps what it shows and says why it is old. */
  async #showPanel(panel: Shown | undefined, load: Load): Promise<void> {
    if (panel === undefined) return;
    const { frame, view, error } = panel;
    try {
      await view.show(load);
      if (load.signal.aborted) return;
      frame.dataset.state = 'shown';
      error.hidden = true;
      if (!frame.matches('.panel-alerts, .panel-logs')) this.#report(undefined);
    } catch (reason) {
      if (load.signal.aborted) return;
      frame.dataset.state = 'failed';
      error.hidden = false;
      error.textContent = reason instanceof Error ? reason.message : String(reason);
      if (reason instanceof Unreachable && !frame.matches('.panel-alerts, .panel-logs')) this.#report(reason);
      else if (!(reason instanceof Error) || reason instanceof TypeError) throw reason;
    }
  }
}
