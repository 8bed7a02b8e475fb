import { parseAllDocuments } from 'yaml';

/*
 * Strict readers of the generated formats: what the target's program sees. One record is what it takes for one setting:
 * its words with quotes and escapes resolved. What the program would expand or run becomes a word with a `⟨…⟩` of its own.
 */
export type Record = { readonly words: readonly string[]; readonly line: string };

/** No other white space: what a program does not trim is part of its value. */
const BLANKS = /^[ \t]+|[ \t]+$/g;

type Reader = (text: string) => Record[];

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^units\/|etc\/systemd\//, readUnit],
  [/etc\/haproxy\/.*\.cfg$/, readHaproxy],
  [/^measure\/|^checks\/|^leave\/|^reports\/|^bin\/|\.sh$/, readShell],
  [/\.ya?ml$|etcd\.conf$/, readYaml],
  [/\.html$/, readHtml],
  [/\.py$/, (text) => lines(text, { continues: false, comment: undefined, words: whole })],
  [
    /database\.txt$|useropts\.txt$/,
    (text) => lines(text, { continues: false, comment: /^[#;]/, words: connection }),
  ],
  [/userlist\.txt$/, (text) => lines(text, { continues: false, comment: /^[#;]/, words: doubled })],
  [
    /pgbouncer\.ini$|pgbackrest\.conf$/,
    (text) => lines(text, { continues: false, comment: /^[#;]/, words: setting }),
  ],
  [/hba.*\.conf$/, (text) => lines(text, { continues: true, comment: /^#/, words: hba })],
  [
    /sysctl\.d|modules-load\.d/,
    (text) => lines(text, { continues: false, comment: /^[#;]/, words: setting }),
  ],
  [/tmpfiles\.d|sysusers\.d/, (text) => lines(text, { continues: false, comment: /^#/, words: specified })],
  [/sudoers\.d|keepalived\.conf/, (text) => lines(text, { continues: true, comment: /^[#!]/, words: plain })],
  [/./, (text) => lines(text, { continues: false, comment: /^#/, words: plain })],
];

export function read(path: string, text: string): Record[] {
  const reader = READERS.find(([pattern]) => pattern.test(path))?.[1] ?? readShell;
  return reader(text);
}

type Form = {
  /** A backslash at the end of a line, even of a comment, joins the next one to it. */
  readonly continues: boolean;
  readonly comment: RegExp | undefined;
  readonly words: (line: string) => string[];
};

function lines(text: string, { continues, comment, words }: Form): Record[] {
  const joined = continues ? text.replaceAll('\\\n', '⟨joined⟩') : text;
  return joined.split(/\r\n|[\n\r\v\f\u0085\0]/).map((line) => ({
    line,
    words: comment?.test(line.replace(BLANKS, '')) ? ['⟨comment⟩'] : words(line.replace(BLANKS, '')),
  }));
}

function whole(line: string): string[] {
  return [line];
}

/** Words between white space; `#` begins a comment. */
function plain(line: string): string[] {
  const [kept = ''] = line.split(/(?<=^|\s)#/);
  const words = kept.split(/[\t ]+/).filter((word) => word !== '');
  return kept === line ? words : [...words, '⟨comment⟩'];
}

/** `key = value`, to the end of the line; `[section]`; `%include`. */
function setting(line: string): string[] {
  if (/^(?:\[|%)/.test(line)) return ['⟨structure⟩', line];
  const at = line.indexOf('=');
  return at < 0 ? [line] : [line.slice(0, at).replace(BLANKS, ''), line.slice(at + 1).replace(BLANKS, '')];
}

/** pgbouncer: `name = key=value key='quoted''value'`. */
function connection(line: string): string[] {
  if (/^(?:\[|%)/.test(line)) return ['⟨structure⟩', line];
  const at = line.indexOf('=');
  const pairs = line.slice(at + 1).match(/\w+\s*=\s*(?:'(?:[^']|'')*'|\S*)|\S+/g) ?? [];
  const read = pairs.map((pair) =>
    pair.replace(
      /^(\w+\s*=\s*)'([\s\S]*)'$/,
      (_, key: string, value: string) => key + value.replaceAll("''", "'"),
    ),
  );
  return [line.slice(0, at).replace(BLANKS, ''), ...read];
}

/** userlist.txt: two strings in double quotes. */
function doubled(line: string): string[] {
  const match = /^"((?:[^"]|"")*)" "((?:[^"]|"")*)"$/.exec(line);
  return match
    ? match.slice(1).map((word) => word.replaceAll('""', '"'))
    : line === ''
      ? []
      : ['⟨broken⟩', line];
}

/** pg_hba.conf (PostgreSQL manual, 20.1): words, lists with commas, double quotes. */
function hba(line: string): string[] {
  const found: string[] = [];
  let rest = line;
  while (rest !== '') {
    const match = /^(?:[ \t]+|,|#.*|(?:"(?:[^"]|"")*"|[^ \t,"#])+)/.exec(rest);
    if (!match) return [...found, '⟨broken⟩'];
    const [word] = match;
    rest = rest.slice(word.length);
    if (word.startsWith('#')) found.push('⟨comment⟩');
    else if (word === ',') found.push('⟨and⟩');
    else if (word.replace(BLANKS, '') !== '')
      found.push(`${word.startsWith('@') ? '⟨file⟩' : ''}${unquoted(word)}`);
  }
  return found;
}

function unquoted(word: string): string {
  return word.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'));
}

/** tmpfiles.d(5), sysusers.d(5): words with quotes; `%` begins a specifier. */
function specified(line: string): string[] {
  return systemdWords(line);
}

/** systemd.syntax(7): a comment ends no continued line; keys whose value is one text have no quotes. */
const TEXTS = /^(?:Description|Documentation|User|Group|OnCalendar|WorkingDirectory)$/;

function readUnit(text: string): Record[] {
  return lines(text, {
    continues: true,
    comment: /^[#;]/,
    words: (line) => {
      const at = line.indexOf('=');
      if (line.startsWith('[') || at < 0) return ['⟨structure⟩', line];
      const [key, value] = [line.slice(0, at), line.slice(at + 1)];
      if (TEXTS.test(key)) return [key, specifiers(value)];
      const words = systemdWords(value);
      const isExpanded = key.startsWith('Exec') && !/^[-+@!]*:/.test(words[0] ?? '');
      return [key, ...(isExpanded ? words.map((word) => word.replaceAll('$', '⟨variable⟩')) : words)];
    },
  });
}

const ESCAPES: { readonly [letter: string]: string } = { n: '\n', t: '\t', r: '\r', s: ' ' };

function systemdWords(line: string): string[] {
  const words =
    line.match(/(?:"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|\\[\s\S]|[^\s"'\\])+|["']/g) ?? [];
  return words.map((word) => {
    const inner = word.replaceAll(
      /"((?:\\[\s\S]|[^"\\])*)"|'((?:\\[\s\S]|[^'\\])*)'/g,
      (_, double?: string, single?: string) => double ?? single ?? '',
    );
    return specifiers(inner.replaceAll(/\\([\s\S])/g, (_, letter: string) => ESCAPES[letter] ?? letter));
  });
}

function specifiers(text: string): string {
  return text.replaceAll(/%(.|$)/g, (_, letter: string) => (letter === '%' ? '%' : `⟨specifier⟩${letter}`));
}

/** HAProxy manual, 2.2: strong and weak quotes, backslash, `#`; variables in weak quotes only. */
function readHaproxy(text: string): Record[] {
  return lines(text, { continues: false, comment: /^#/, words: haproxyWords });
}

function haproxyWords(line: string): string[] {
  const found: string[] = [];
  let rest = line;
  while (rest !== '') {
    if (rest.startsWith('#')) return [...found, '⟨comment⟩'];
    const match =
      /^(?:\s+|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\#])(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])*)/.exec(
        rest,
      );
    if (!match) return [...found, '⟨broken⟩', rest];
    rest = rest.slice(match[0].length);
    if (match[0].replace(BLANKS, '') !== '') found.push(haproxyWord(match[0]));
  }
  return found;
}

function haproxyWord(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
    (_, strong?: string, weak?: string, escaped?: string) =>
      strong ?? escaped ?? (weak ?? '').replaceAll('$', '⟨variable⟩').replaceAll(/\\(.)/g, '$1'),
  );
}

/** Words, operators and here-documents of a POSIX shell; what it expands is marked. */
function readShell(text: string): Record[] {
  const found: Record[] = [];
  let word: string | undefined;
  let words: string[] = [];
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endRecord = () => {
    endWord();
    found.push({ words, line: words.join(' ') });
    words = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (letter === '\n') endRecord();
    else if (/[\t ]/.test(letter)) endWord();
    else if (letter === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      words.push('⟨comment⟩');
      at = (end < 0 ? text.length : end) - 1;
    } else if (/[;&|<>()]/.test(letter)) {
      endWord();
      words.push(`⟨${letter}⟩`);
    } else if (letter === '\\') {
      at += 1;
      if (text[at] !== '\n') word = (word ?? '') + (text[at] ?? '');
    } else if (letter === "'") {
      const end = text.indexOf("'", at + 1);
      word = (word ?? '') + text.slice(at + 1, end < 0 ? undefined : end);
      at = end < 0 ? text.length : end;
    } else if (letter === '$' || letter === '`' || letter === '"') word = `${word ?? ''}⟨${letter}⟩`;
    else word = (word ?? '') + letter;
  }
  endRecord();
  return found;
}

/** Every scalar with the way to it; keys are words too. */
function readYaml(text: string): Record[] {
  const documents = parseAllDocuments(text, { version: '1.1', uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const broken = document.errors.map(({ message }) => ({ words: ['⟨broken⟩', message], line: '' }));
    return [...broken, ...scalars(document.toJS() as unknown, [])];
  });
}

/** Tags and the texts between them; attributes are part of their tag. */
function readHtml(text: string): Record[] {
  const decoded = (part: string) =>
    part.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  return [...text.matchAll(/<[^>]*>|[^<]+/g)].map(([part]) => ({ words: [decoded(part)], line: '' }));
}

function scalars(value: unknown, path: readonly string[]): Record[] {
  if (typeof value === 'string') return [{ words: [...path, ...textWords(path, value)], line: value }];
  if (typeof value !== 'object' || value === null)
    return [{ words: [...path, `${typeof value} ${String(value)}`], line: '' }];
  return Object.entries(value).flatMap(([key, inner]) =>
    scalars(inner, [...path, Array.isArray(value) ? '⟨item⟩' : key]),
  );
}

/** Texts of other languages inside of YAML: rules for clients, and parts of SQL statements. */
function textWords(path: readonly string[], value: string): string[] {
  if (path.includes('pg_hba')) return value.startsWith('#') ? ['⟨comment⟩'] : hba(value);
  return /^(?:value|createOptions)$/.test(path.at(-1) ?? '') ? sql(value) : [value];
}

/** SQL with its literals and quoted names resolved (PostgreSQL manual, 4.1). */
function sql(text: string): string[] {
  const parts =
    text.match(/E'(?:''|\\[\s\S]|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"|(?:(?!E')[^'"])+|['"]/g) ?? [];
  return parts
    .filter((part) => part !== ' ')
    .map((part) => {
      if (part.length > 2 && part.startsWith("E'"))
        return part
          .slice(2, -1)
          .replaceAll("''", "'")
          .replaceAll(/\\([\s\S])/g, '$1');
      if (part.length > 1 && /^['"]/.test(part)) {
        const quote = part.slice(0, 1);
        return part.slice(1, -1).replaceAll(quote + quote, quote);
      }
      return part;
    });
}
