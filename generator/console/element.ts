type Value = string | number | boolean | undefined | ((event: Event) => void);
export type Child = Node | string | undefined;

/**
 * An element. Values become attributes; functions are listeners of the event in their name, as `onclick`; `true` is an
 * attribute without value; `false` and undefined are none. Children that are text stay text.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== undefined) made.append(child);
  return made;
}
