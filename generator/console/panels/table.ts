import type { Column, TablePanel } from '../../model/dashboard.ts';
import { type Context, hrefOf, type PanelView } from '../context.ts';
import { element } from '../element.ts';
import { show } from '../format.ts';
import {
  expressionsOf,
  firstOrder,
  joinRows,
  type Order,
  type Row,
  searchRows,
  shareOf,
  sortRows,
} from '../rows.ts';

/** Rows that are drawn at first; the others come on request, so that a thousand instances are quick. */
const LIMIT = 100;
/** From this number of rows on there is a field to search in them. */
const SEARCHED = 10;

/** A table that can be sorted by each column and searched. */
export function tableView(panel: TablePanel, context: Context): PanelView {
  const table = new Table(panel, context);
  return {
    body: table.body,
    async show(load) {
      const asked = expressionsOf(panel);
      const answers = await Promise.all(asked.map((expression) => load.instant(expression)));
      table.rows = joinRows(panel, new Map(asked.map((one, index) => [one, answers[index] ?? []])));
      table.draw();
    },
  };
}

class Table {
  rows: readonly Row[] = [];
  readonly body: HTMLElement;
  readonly #panel: TablePanel;
  readonly #context: Context;
  readonly #heads: readonly HTMLTableCellElement[];
  readonly #lines = element('tbody');
  readonly #rest = element('button', {
    type: 'button',
    class: 'more',
    hidden: true,
    onclick: () => this.#showAll(),
  });
  readonly #search: HTMLInputElement;
  #order: Order;
  #limit = LIMIT;

  constructor(panel: TablePanel, context: Context) {
    this.#panel = panel;
    this.#context = context;
    this.#order = firstOrder(panel);
    this.#heads = panel.columns.map((column) => this.#head(column));
    const label = `Search in ${panel.title}`;
    const given = { type: 'search', placeholder: 'search', 'aria-label': label, hidden: true };
    this.#search = element('input', { ...given, class: 'table-search', oninput: () => this.draw() });
    const head = element('thead', {}, element('tr', {}, ...this.#heads));
    const scroll = element('div', { class: 'table-scroll' }, element('table', {}, head, this.#lines));
    this.body = element('div', { class: 'table' }, this.#search, scroll, this.#rest);
  }

  draw(): void {
    const { columns } = this.#panel;
    const found = sortRows(searchRows(this.rows, this.#search.value), columns, this.#order);
    const shown = found.slice(0, this.#limit);
    const lines = document.createDocumentFragment();
    for (const row of shown) lines.append(this.#line(row));
    this.#lines.replaceChildren(lines);
    this.#search.hidden = this.rows.length < SEARCHED;
    this.#rest.hidden = found.length <= shown.length;
    this.#rest.textContent = `Show all ${found.length} rows`;
    this.body.dataset.empty = String(this.rows.length === 0);
    this.#markOrder();
  }

  #head(column: Column): HTMLTableCellElement {
    const sort = () => this.#sortBy(column);
    const button = element('button', { type: 'button', onclick: sort }, column.title);
    return element('th', { scope: 'col', class: 'expression' in column ? 'number' : 'name' }, button);
  }

  /** The first click on numbers shows the largest first. */
  #sortBy(column: Column): void {
    const isSame = this.#order.title === column.title;
    const descending = isSame ? !this.#order.descending : 'expression' in column;
    this.#order = { title: column.title, descending };
    this.draw();
  }

  #markOrder(): void {
    const { title, descending } = this.#order;
    this.#panel.columns.forEach((column, index) => {
      const direction = descending ? 'descending' : 'ascending';
      this.#heads[index]?.setAttribute('aria-sort', column.title === title ? direction : 'none');
    });
  }

  #showAll(): void {
    this.#limit = Number.POSITIVE_INFINITY;
    this.draw();
  }

  #line(row: Row): HTMLElement {
    return element('tr', {}, ...this.#panel.columns.map((column, index) => this.#cell(column, row, index)));
  }

  #cell(column: Column, row: Row, index: number): HTMLElement {
    const href = hrefOf(this.#context, column.link, row.labels);
    if ('label' in column) {
      const text = row.labels[column.label] ?? '';
      return element('td', { class: 'name', title: text }, href ? element('a', { href }, text) : text);
    }
    const value = row.values[index];
    if (value === undefined) return element('td', { class: 'number none' }, '–');
    const { text, level } = show(value, column);
    const cell = element(
      'td',
      { class: 'number', 'data-level': level },
      href ? element('a', { href }, text) : text,
    );
    const share = shareOf(column, value);
    if (share !== undefined) cell.style.setProperty('--share', String(share));
    return cell;
  }
}
