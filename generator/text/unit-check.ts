import { closest } from 'fastest-levenshtein';
import { Unreachable } from '../model/brand.ts';
import { UNIT_DIRECTIVES } from './unit-directives.ts';

/** Prefix of names that systemd ignores without a warning (systemd.syntax(7)). */
const IGNORED_PREFIX = 'X-';

const tables = new Map<string, ReadonlySet<string>>();

/**
 * Rejects what systemd 252 ignores with a warning: unknown sections and directives, and lines that are neither. The
 * templates are part of the product, so it throws only on a bug, with file, line and the most similar name.
 */
export function checkUnit(file: string, text: string): void {
  const sections = sectionsOf(file);
  let section: string | undefined;
  let isContinued = false;
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (/^[#;]|^$/.test(content)) {
      // A comment between continued lines does not end them, an empty line does.
      isContinued &&= content !== '';
      continue;
    }
    if (!isContinued) section = checkLine(content, section, { sections, place: `${file}:${index + 1}` });
    isContinued = line.endsWith('\\');
  }
}

type Context = { readonly sections: readonly string[]; readonly place: string };

/** The section that the next line belongs to. */
function checkLine(content: string, section: string | undefined, { sections, place }: Context): string {
  const heading = /^\[(.*)\]$/.exec(content)?.[1];
  if (heading !== undefined) {
    if (heading.startsWith(IGNORED_PREFIX) || sections.includes(heading)) return heading;
    throw new Unreachable(
      `${place}: unknown section [${heading}], most similar: ${closest(heading, sections)}`,
    );
  }
  const end = content.indexOf('=');
  if (end < 0) throw new Unreachable(`${place}: neither a section nor a directive: ${content}`);
  const name = content.slice(0, end).trimEnd();
  if (section === undefined) throw new Unreachable(`${place}: ${name}= is outside of a section`);
  if (section.startsWith(IGNORED_PREFIX) || name.startsWith(IGNORED_PREFIX)) return section;
  const known = directivesOf(section);
  if (known.has(name)) return section;
  const nearest = closest(name, [...known]);
  throw new Unreachable(`${place}: unknown directive ${name}= in [${section}], most similar: ${nearest}=`);
}

/** `patroni.service` -> Unit, Service, Install; a target has no section of its own. */
function sectionsOf(file: string): readonly string[] {
  const suffix = /\.([a-z]+)$/.exec(file)?.[1] ?? '';
  const own = `${suffix.charAt(0).toUpperCase()}${suffix.slice(1)}`;
  if (suffix === 'target') return ['Unit', 'Install'];
  if (own in UNIT_DIRECTIVES && own !== 'Unit' && own !== 'Install') return ['Unit', own, 'Install'];
  throw new Unreachable(`${file}: not a kind of unit`);
}

function directivesOf(section: string): ReadonlySet<string> {
  const known = tables.get(section) ?? new Set(UNIT_DIRECTIVES[section]?.trim().split(/\s+/));
  tables.set(section, known);
  return known;
}
