/** Quoting, one function per target language. All values in generated text are quoted by one of these. */

/** A word of a POSIX shell. */
export function quoteShell(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An SQL string literal, safe with either setting of standard_conforming_strings (PostgreSQL manual, 4.1.2.2). */
export function quoteSqlLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** An SQL identifier, always quoted. */
export function quoteSqlIdentifier(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A value in postgresql.conf: single quotes, doubled inside (PostgreSQL manual, 19.1.2). */
export function quotePostgresConf(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A word of a systemd setting: C-style escapes inside double quotes, `%` doubled (systemd.syntax(7), systemd.unit(5)). */
export function quoteSystemd(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('\n', '\\n');
  return /^[A-Za-z0-9_@+=:,./-]+$/.test(text) ? text : `"${escaped}"`;
}

/** A word of haproxy.cfg: strong quotes, without expansion (HAProxy manual, 2.2). Line breaks cannot be written. */
export function quoteHaproxy(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A string in userlist.txt: double quotes, doubled inside (pgbouncer manual, authentication file format). */
export function quotePgbouncerUser(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A value in a connection string of pgbouncer.ini or libpq: single quotes, backslash before quote and backslash. */
export function quoteConnection(text: string): string {
  return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Text for a comment line of a generated file: no control characters, and no backslash at its end, which continues a line. */
export function commentLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').replace(/[\s\\]+$/, '');
}

/** Text in HTML, also inside a quoted attribute. */
export function quoteHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
