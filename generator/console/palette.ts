import { linkTo } from '../model/panels.ts';
import { type Context, hrefOf } from './context.ts';
import { element } from './element.ts';
import type { Prometheus, Sample } from './prometheus.ts';
import { addressOf } from './sidebar.ts';

type Target = { readonly text: string; readonly kind: string; readonly href: string };

const LIMIT = 12;
/** Where instances lead to: the metric that each has, and the page of one. */
const SOURCES = [
  { expression: 'pg_up', kind: 'instance', link: linkTo('pgsql-instance', 'cls', 'ins') },
  { expression: 'group by (cls) (pg_up)', kind: 'cluster', link: linkTo('pgsql-cluster', 'cls') },
  { expression: 'node_up', kind: 'node', link: linkTo('node-instance', 'ip') },
] as const;

/** The dialog that goes to a page, cluster, instance or node by some letters of its name. */
export class Palette {
  readonly body: HTMLDialogElement;
  readonly #context: Context;
  readonly #server: Prometheus;
  readonly #field: HTMLInputElement;
  readonly #list = element('ul', { class: 'palette-list', role: 'listbox', 'aria-label': 'Found' });
  #targets: readonly Target[] = [];
  #found: readonly Target[] = [];
  #chosen = 0;

  constructor(context: Context, server: Prometheus) {
    this.#context = context;
    this.#server = server;
    const given = {
      type: 'search',
      placeholder: 'page, cluster, instance, node or address',
      'aria-label': 'Go to',
    };
    this.#field = element('input', {
      ...given,
      oninput: () => this.#search(),
      onkeydown: (event) => this.#key(event),
    });
    const close = ({ target }: Event) => target === this.body && this.body.close();
    this.body = element(
      'dialog',
      { class: 'palette', 'aria-label': 'Go to', onclick: close },
      this.#field,
      this.#list,
    );
  }

  /** Pages are there at once, the rest when Prometheus has answered. */
  open(): void {
    this.body.showModal();
    this.#field.value = '';
    this.#targets = this.#pages();
    this.#search();
    this.#instances().then(
      (found) => {
        this.#targets = [...this.#pages(), ...found];
        this.#search();
      },
      () => undefined, // the page itself says that Prometheus is not there
    );
  }

  #pages(): readonly Target[] {
    const { settings } = this.#context;
    return settings.pages.map((page) => ({
      text: `${page.group} ${page.title}`,
      kind: 'page',
      href: addressOf(page, this.#context.address()),
    }));
  }

  async #instances(): Promise<readonly Target[]> {
    const signal = AbortSignal.timeout(5000);
    const answers = await Promise.all(
      SOURCES.map(({ expression }) => this.#server.instant(expression, this.#context.time(), signal)),
    );
    return answers.flatMap((samples, index) =>
      samples.flatMap((sample) => this.#target(sample, SOURCES[index])),
    );
  }

  #target({ labels }: Sample, source: (typeof SOURCES)[number] | undefined): readonly Target[] {
    if (source === undefined) return [];
    const href = hrefOf(this.#context, source.link, labels);
    const text = [labels.ins ?? labels.cls, labels.ip].filter(Boolean).join(' ');
    return href ? [{ text, kind: source.kind, href }] : [];
  }

  #search(): void {
    const words = this.#field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = ({ text }: Target) => words.every((word) => text.toLowerCase().includes(word));
    this.#found = this.#targets.filter(matches).slice(0, LIMIT);
    this.#choose(0);
  }

  #choose(index: number): void {
    this.#chosen = Math.max(0, Math.min(index, this.#found.length - 1));
    const items = this.#found.map(({ text, kind, href }, one) => {
      const link = element('a', { href, onclick: () => this.body.close() }, text, element('span', {}, kind));
      return element('li', { role: 'option', 'aria-selected': String(one === this.#chosen) }, link);
    });
    this.#list.replaceChildren(...items);
  }

  #key(event: Event): void {
    if (!(event instanceof KeyboardEvent)) return;
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined) this.#choose(this.#chosen + move);
    else if (event.key === 'Enter') this.#go();
    else return;
    event.preventDefault();
  }

  #go(): void {
    const target = this.#found[this.#chosen];
    if (target === undefined) return;
    this.body.close();
    location.hash = target.href;
  }
}
