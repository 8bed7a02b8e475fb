import ejs from 'ejs';
import { Unreachable } from '../model/brand.ts';
import { oneLine } from './one-line.ts';
import {
  commentLine,
  quoteConnection,
  quoteHaproxy,
  quoteHtml,
  quotePgbouncerUser,
  quotePostgresConf,
  quoteShell,
  quoteSqlIdentifier,
  quoteSqlLiteral,
  quoteSystemd,
} from './quote.ts';

/** The template texts of units/, by path below it: `etcd/etcd.service.ejs`. */
export type Templates = ReadonlyMap<string, string>;

/** Finished files of the compiler, by path below dist/console/: `portal.css`. Text only. */
export type Assets = ReadonlyMap<string, string>;

/** Functions that a template may call: quoting only, because the view makes all decisions. */
export const templateFunctions = {
  sh: quoteShell,
  sql: quoteSqlLiteral,
  ident: quoteSqlIdentifier,
  systemd: quoteSystemd,
  conf: quotePostgresConf,
  haproxy: quoteHaproxy,
  pgb: quotePgbouncerUser,
  conn: quoteConnection,
  comment: commentLine,
  html: quoteHtml,
} as const;

/** Files with one directive a line: a printed value must not begin a new line. */
const LINES = /\.(?:service|timer|target|socket|path|mount|slice|cfg|conf|txt)\.ejs$/;

type Compiled = (locals: Record<string, unknown>) => string;
const compiled = new Map<string, Compiled>();

/** The result of `include`: the text of a template, printed unchanged. */
class Included {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Renders a template with its view. Unlike bare EJS: an absent property throws, only strings and finite numbers are
 * printed, nothing is HTML-escaped, and a value in a file with one directive a line cannot contain a line break. `include(name)` prints another template
 * with the same view. Throws only on a bug in the template or the view.
 */
export function renderTemplate(templates: Templates, name: string, view: object): string {
  const text = templates.get(name);
  if (text === undefined) throw new Unreachable(`no template ${name}`);
  const print = compiled.get(text) ?? compileTemplate(name, text);
  compiled.set(text, print);
  const include = (part: string) => new Included(renderTemplate(templates, part, view));
  return print({ view: guard(view, name, 'view'), include, ...templateFunctions });
}

function compileTemplate(name: string, text: string): Compiled {
  return ejs.compile(text, {
    filename: name,
    strict: true,
    localsName: 'scope',
    destructuredLocals: ['view', 'include', ...Object.keys(templateFunctions)],
    escape: (value: unknown) => printable(value, name),
  }) as Compiled;
}

function printable(value: unknown, name: string): string {
  if (typeof value === 'string') return LINES.test(name) ? oneLine(value, name) : value;
  if (value instanceof Included) return value.text;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new Unreachable(`${name}: cannot print ${value === null ? 'null' : typeof value}`);
}

/** The object as a proxy that throws on an absent property, so that a misspelt name does not print empty text. */
function guard(value: object, name: string, path: string): object {
  return new Proxy(value, {
    get(target, key, receiver) {
      const found = Reflect.get(target, key, receiver);
      if (found === undefined && typeof key === 'string' && !(key in target) && !isProbe(key)) {
        throw new Unreachable(`${name}: ${path}.${key} does not exist`);
      }
      const isPlain = typeof found === 'object' && found !== null;
      return isPlain ? guard(found, name, `${path}.${String(key)}`) : found;
    },
  });
}

/** Names that JavaScript itself reads. */
function isProbe(key: string): boolean {
  return key === 'then' || key === 'toJSON';
}
