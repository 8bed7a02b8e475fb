import { element } from './element.ts';

/** What a key does, as the help shows it. */
export type Shortcut = {
  readonly keys: readonly string[];
  readonly title: string;
  readonly run: (key: string) => void;
};

/** Keys work where no text is being typed and no dialog is open. */
export function listen(shortcuts: readonly Shortcut[]): void {
  document.addEventListener('keydown', (event) => {
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
    if (hasModifier || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const found = shortcuts.find(({ keys }) => keys.includes(event.key));
    if (found === undefined) return;
    event.preventDefault();
    found.run(event.key);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}

/** The dialog that lists the keys. */
export function shortcutHelp(shortcuts: readonly Shortcut[]): HTMLDialogElement {
  const rows = shortcuts.flatMap(({ keys, title }) => [
    element('dt', {}, ...keys.map((key) => element('kbd', {}, key))),
    element('dd', {}, title),
  ]);
  const close = element('form', { method: 'dialog' }, element('button', {}, 'Close'));
  return element(
    'dialog',
    { class: 'shortcuts', 'aria-label': 'Keys' },
    element('h2', {}, 'Keys'),
    element('dl', {}, ...rows),
    close,
  );
}
