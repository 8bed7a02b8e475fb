import { sha256Of } from './digest.ts';

/** A text with its sha256 as the first line, so that a changed byte shows. */
export function seal(text: string): string {
  return `${sha256Of(text)}\n${text}`;
}

/** The text; undefined if it has changed. */
export function unseal(sealed: string): string | undefined {
  const end = sealed.indexOf('\n');
  const text = sealed.slice(end + 1);
  return sealed.slice(0, end) === sha256Of(text) ? text : undefined;
}
