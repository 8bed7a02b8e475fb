import { closest } from 'fastest-levenshtein';
import { Unreachable } from '../model/brand.ts';
import { UNIT_DIRECTIVES } from './unit-directives.ts';

/** What systemd ignores without a word (systemd.syntax(7)). */
const OWN_USE = 'X-';

const tables = new Map<string, ReadonlySet<string>>();

/**
 * Refuses what systemd 252 only warns of and then leaves out: sections and directives that it does not know, and lines
 * that are neither. The templates are ours, so it throws on a bug alone, with file, line and the nearest name.
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
    if (heading.startsWith(OWN_USE) || sections.includes(heading)) return heading;
    throw new Unreachable(
      `${place}: there is no section [${heading}], nearest: ${closest(heading, sections)}`,
    );
  }
  const end = content.indexOf('=');
  if (end < 0) throw new Unreachable(`${place}: neither a section nor a directive: ${content}`);
  const name = content.slice(0, end).trimEnd();
  if (section === undefined) throw new Unreachable(`${place}: ${name}= stands in no section`);
  if (section.startsWith(OWN_USE) || name.startsWith(OWN_USE)) return section;
  const known = directivesOf(section);
  if (known.has(name)) return section;
  const nearest = closest(name, [...known]);
  throw new Unreachable(`${place}: systemd 252 has no ${name}= in [${section}], nearest: ${nearest}=`);
}

/** `patroni.service` -> Unit, Service, Install; a target has none of its own. */
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
