import type { TimeRange } from './time-range.ts';

export type Labels = Readonly<Record<string, string>>;
/** A series and its value at one time. */
export type Sample = { readonly labels: Labels; readonly value: number };
/** A series and its values in a range, as pairs of seconds since 1970 and value. */
export type Line = { readonly labels: Labels; readonly points: readonly (readonly [number, number])[] };

/** The server did not answer, or something else answered in its place. */
export class Unreachable extends Error {}
/** The server answered that it cannot do it: the query is wrong, or takes too long. */
export class Refused extends Error {}

type Answer = { readonly status: string; readonly data?: unknown; readonly error?: string };
type Wire = {
  readonly metric: Labels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
};

/** Prometheus's interface below `prefix` (prometheus.io/docs/prometheus/latest/querying/api). All methods reject with
 * `Unreachable` or `Refused`, or as fetch does when `signal` is aborted. */
export class Prometheus {
  readonly #base: string;

  constructor(prefix: string) {
    this.#base = `${prefix}/api/v1`;
  }

  async instant(query: string, time: number, signal: AbortSignal): Promise<readonly Sample[]> {
    const data = await this.#post('query', { query, time: String(time) }, signal);
    return resultOf(data).map(({ metric, value }) => ({ labels: metric, value: parseValue(value?.[1]) }));
  }

  async range(query: string, range: TimeRange, signal: AbortSignal): Promise<readonly Line[]> {
    const { from, to, step } = range;
    const given = { query, start: String(from), end: String(to), step: String(step) };
    const data = await this.#post('query_range', given, signal);
    return resultOf(data).map(({ metric, values = [] }) => ({
      labels: metric,
      points: values.map(([time, value]) => [time, parseValue(value)] as const),
    }));
  }

  /** Values of a label among the series of a selector that have samples in the range; sorted. */
  async labelValues(
    label: string,
    selector: string,
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const given = { 'match[]': selector, start: String(range.from), end: String(range.to) };
    const path = `label/${encodeURIComponent(label)}/values?${new URLSearchParams(given)}`;
    const data = await this.#ask(path, { signal });
    return Array.isArray(data) ? data.map(String).sort(byNumber) : [];
  }

  /** Queries are long: they go into the body. */
  #post(path: string, fields: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(fields), signal });
  }

  async #ask(path: string, request: RequestInit): Promise<unknown> {
    const answer: Answer = await askJson(`${this.#base}/${path}`, request);
    if (answer.status === 'success') return answer.data;
    throw new Refused(answer.error ?? 'no reason given');
  }
}

/**
 * The JSON that a server answers, also with an error status. Rejects with `Unreachable` if there is no answer or it is no
 * JSON: a proxy's page about a server that is down.
 */
export async function askJson<T>(address: string, request: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, request);
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new Unreachable(`no answer from ${address.split('?')[0]}`, { cause });
  }
  try {
    return JSON.parse(await response.text());
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw new Unreachable(`HTTP ${response.status} from ${address.split('?')[0]}`, { cause });
  }
}

function resultOf(data: unknown): readonly Wire[] {
  if (typeof data !== 'object' || data === null || !('resultType' in data) || !('result' in data)) return [];
  const { resultType, result } = data;
  if (!Array.isArray(result)) return [];
  return resultType === 'scalar' ? [{ metric: {}, value: [0, String(result[1])] }] : result;
}

function parseValue(text = 'NaN'): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

const collator = new Intl.Collator('en', { numeric: true });

/** Names in the order of people: pg-2 before pg-10. */
export function byNumber(one: string, other: string): number {
  return collator.compare(one, other);
}
