import type { Level, Step, Unit, ValueStyle, ValueText } from '../model/dashboard.ts';

/** A value as people read it: its text and how good it is. */
export type Shown = { readonly text: string; readonly level: Level };

/** Words for certain values come before numbers; NaN and infinity are said as such. */
export function show(value: number, style: ValueStyle): Shown {
  const word = style.texts?.find((one) => one.value === value);
  if (word) return { text: word.text, level: word.level };
  return { text: formatValue(value, style.unit), level: levelOf(value, style.steps) };
}

function levelOf(value: number, steps: readonly Step[] = []): Level {
  return steps.findLast(({ from }) => value >= from)?.level ?? 'plain';
}

/** The word for a state, or its number. */
export function stateOf(value: number, texts: readonly ValueText[]): Shown {
  const found = texts.find((one) => one.value === value);
  return found ?? { text: formatValue(value, 'none'), level: 'plain' };
}

export function formatValue(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return FORMATS[unit](value);
}

const FORMATS: Readonly<Record<Unit, (value: number) => string>> = {
  none: formatCount,
  ratio: (value) => `${digits(value * 100)}%`,
  bytes: formatBytes,
  bytesPerSecond: (value) => `${formatBytes(value)}/s`,
  seconds: formatSeconds,
  perSecond: (value) => `${formatCount(value)}/s`,
  timestamp: (value) => (value > 0 ? formatTime(value) : '–'),
};

/** Three significant digits, and no more than two after the point. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 0.01) return value.toPrecision(1);
  const places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(value.toFixed(places)));
}

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P'];

function formatCount(value: number): string {
  return scaled(value, 1000, THOUSANDS, 10_000);
}

const BYTES = [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB'];

function formatBytes(value: number): string {
  return scaled(value, 1024, BYTES, 1024);
}

/** Below `first` the number is not scaled. */
function scaled(value: number, base: number, names: readonly string[], first: number): string {
  let rest = value;
  let power = 0;
  if (Math.abs(value) >= first) {
    while (Math.abs(rest) >= base && power < names.length - 1) {
      rest /= base;
      power += 1;
    }
  }
  return `${digits(rest)}${names[power]}`;
}

const SPANS = [
  { seconds: 86_400 * 365, name: 'y' },
  { seconds: 86_400, name: 'd' },
  { seconds: 3600, name: 'h' },
  { seconds: 60, name: 'm' },
] as const;

/** Two of years, days, hours, minutes, seconds; below a minute a decimal number. */
function formatSeconds(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size === 0) return '0 s';
  if (size < 0.001) return `${sign}${digits(size * 1e6)} µs`;
  if (size < 1) return `${sign}${digits(size * 1000)} ms`;
  const index = SPANS.findIndex(({ seconds }) => size >= seconds);
  const span = SPANS[index];
  if (span === undefined) return `${sign}${digits(size)} s`;
  const next = SPANS[index + 1] ?? { seconds: 1, name: 's' };
  const count = Math.floor(size / span.seconds);
  const rest = Math.floor((size - count * span.seconds) / next.seconds);
  return `${sign}${count}${span.name}${rest > 0 ? ` ${rest}${next.name}` : ''}`;
}

/** Date and time of the browser's time zone, as 2026-01-31 12:00:05. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A time on an axis: the time of day, and the day as well where it differs from that of the mark before. */
export function axisTime(seconds: number, before: number | undefined): string {
  const [day = '', time = ''] = formatTime(seconds).split(' ');
  const isSameDay = before !== undefined && formatTime(before).startsWith(day);
  const isMidnight = time.startsWith('00:00');
  if (isSameDay || before === undefined) return time.slice(0, 5);
  return isMidnight ? day.slice(5) : `${day.slice(5)}\n${time.slice(0, 5)}`;
}
