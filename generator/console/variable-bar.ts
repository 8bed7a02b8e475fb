import type { Context } from './context.ts';
import { element } from './element.ts';
import type { Choice } from './variables.ts';

/** The fields for the variables of a page. */
export class VariableBar {
  readonly body = element('form', { class: 'variables', onsubmit: (event) => event.preventDefault() });
  readonly #context: Context;
  #drawn = '';

  constructor(context: Context) {
    this.#context = context;
  }

  /** Draws only what has changed, so that nobody loses the field that they are in. */
  draw(choices: readonly Choice[]): void {
    const state = JSON.stringify(choices);
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.body.replaceChildren(...choices.map((choice) => this.#field(choice)));
  }

  #field(choice: Choice): HTMLElement {
    const { variable } = choice;
    const field = variable.kind === 'text' ? this.#text(choice) : this.#select(choice);
    return element('label', { class: 'variable' }, element('span', {}, variable.title), field);
  }

  #text({ variable, value }: Choice): HTMLElement {
    const change = (event: Event) => this.#set(variable.name, event);
    return element('input', { type: 'search', name: variable.name, value, onchange: change });
  }

  #select({ variable, value, values }: Choice): HTMLElement {
    const isOpen = variable.kind === 'list' || (variable.kind === 'label' && variable.choose === 'any');
    const all = isOpen ? [element('option', { value: '' }, 'all')] : [];
    const options = values.map((one) =>
      element('option', { value: one.value, selected: one.value === value }, one.text),
    );
    const change = (event: Event) => this.#set(variable.name, event);
    return element('select', { name: variable.name, onchange: change }, ...all, ...options);
  }

  #set(name: string, { target }: Event): void {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    this.#context.go({ variables: { ...this.#context.address().variables, [name]: target.value } });
  }
}
