import { nearestName } from '../../../text/nearest.ts';
import { hasLocale, IMAGE_LOCALES } from './locales.ts';

/* Values of parameters whose type is text, but that have a list of words (PostgreSQL manual, 19.11.2 and B.4). */

const LOCALES: readonly string[] = ['lc_messages', 'lc_monetary', 'lc_numeric', 'lc_time'];
/** The words of a date style: the output, and the order of the fields (PostgreSQL, variable.c, check_datestyle). */
const STYLES: readonly string[] = ['iso', 'sql', 'postgres', 'german'];
const ORDERS: readonly string[] = ['dmy', 'mdy', 'ymd', 'us', 'noneuro', 'noneuropean', 'euro', 'european'];

const LISTED = ['timezone', 'log_timezone', 'datestyle', ...LOCALES];

/** Whether a parameter takes words of a list only. */
export function isListed(name: string): boolean {
  return LISTED.includes(name.toLowerCase());
}

/** What is wrong with the value of a text, to follow `must be`; undefined if nothing is, or nothing is known. */
export function textProblem(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === 'timezone' || lower === 'log_timezone') return zoneProblem(value);
  if (lower === 'datestyle') return styleProblem(value);
  if (!LOCALES.includes(lower) || value === '' || hasLocale(value)) return undefined;
  return `a locale of the image: ${IMAGE_LOCALES.join(', ')}`;
}

/** Names with a slash are of the time zone database; others may be abbreviations or rules of POSIX. */
function zoneProblem(value: string): string | undefined {
  if (!/^[A-Za-z_]+\/[\w/+-]+$/.test(value) || /^(?:posix|right)\//.test(value)) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    const nearest = nearestName(value, Intl.supportedValuesOf('timeZone'));
    return `the name of a time zone, as Europe/Berlin${nearest ? `: did you mean \`${nearest}\`?` : ''}`;
  }
}

function styleProblem(value: string): string | undefined {
  const words = value.split(',').map((word) => word.trim().toLowerCase());
  const isKnown = words.every(
    (word) => [...STYLES, ...ORDERS, 'default'].includes(word) || /^(?:non)?euro/.test(word),
  );
  return isKnown
    ? undefined
    : 'a style (ISO, SQL, Postgres, German) and an order (DMY, MDY, YMD), as `ISO, DMY`';
}
