import { Unreachable } from './prometheus.ts';
import type { TimeRange } from './time-range.ts';

/** A line of the journal. `time` is in seconds since 1970, `priority` 0 (emergency) to 7 (debug). */
export type JournalEntry = {
  readonly time: number;
  readonly priority: number;
  readonly fields: Readonly<Record<string, string>>;
};

export type JournalSearch = {
  readonly fields: Readonly<Record<string, string>>;
  readonly severity: number | undefined;
  readonly limit: number;
};

const DEBUG = 7;

/** The query of a search: several values of one field are alternatives (systemd-journal-gatewayd.service(8)). */
export function journalQuery({ fields, severity }: JournalSearch): URLSearchParams {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
  if (severity !== undefined && severity < DEBUG)
    for (let priority = 0; priority <= severity; priority++) query.append('PRIORITY', String(priority));
  return query;
}

/**
 * The header for the newest `limit` lines before the end of a range. It has no beginning, because the gateway would count
 * back from that (tried with systemd 257).
 */
export function journalRange({ to, step }: TimeRange, limit: number): string {
  return `realtime=:${to + step}:-${limit}:${limit}`;
}

/** The newest `limit` lines of a search in a range, the newest first. Rejects with `Unreachable`. */
export async function findEntries(
  prefix: string,
  search: JournalSearch,
  range: TimeRange,
  signal: AbortSignal,
): Promise<readonly JournalEntry[]> {
  const { from, to } = range;
  const address = `${prefix}/entries?${journalQuery(search)}`;
  const headers = {
    Accept: 'application/json',
    Range: journalRange(range, search.limit),
  };
  const response = await fetch(address, { headers, signal }).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new Unreachable(`no answer from ${prefix}/entries`, { cause });
  });
  if (!response.ok) throw new Unreachable(`HTTP ${response.status} from ${prefix}/entries`);
  return parseEntries(await response.text()).filter(({ time }) => time >= from && time <= to + range.step);
}

/** The entries of the journal's JSON, one a line, the newest first. */
export function parseEntries(text: string): readonly JournalEntry[] {
  const entries = text.split('\n').flatMap((line) => (line.trim() ? [parseEntry(line)] : []));
  return entries.toSorted((one, other) => other.time - one.time);
}

function parseEntry(line: string): JournalEntry {
  const raw: Readonly<Record<string, unknown>> = JSON.parse(line);
  const fields = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, fieldText(value)]));
  return {
    time: Number(fields.__REALTIME_TIMESTAMP ?? 0) / 1e6,
    priority: Number(fields.PRIORITY ?? 6),
    fields,
  };
}

/** Fields that are no UTF-8 text are arrays of bytes; fields that occur several times are arrays of those. */
function fieldText(value: unknown): string {
  if (!Array.isArray(value)) return value === null ? '(too long)' : String(value);
  if (!value.every((one) => typeof one === 'number')) return value.map(fieldText).join(' ');
  return new TextDecoder().decode(Uint8Array.from(value));
}
