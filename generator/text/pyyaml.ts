import type { Value } from '../model/inventory.ts';

/*
 * Plain scalars as PyYAML 1.1 resolves them, which is how Ansible reads an inventory. It differs from YAML 1.2 and
 * also from the YAML 1.1 type pages: `y` and `n` are text, an exponent needs a sign and a dot.
 * Source: the implicit resolvers of PyYAML's resolver module; checked against PyYAML in test/oracle.
 */
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const BINARY = /^[-+]?0b[01_]+$/;
const OCTAL = /^[-+]?0[0-7_]+$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/;
const SEXAGESIMAL = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const SEXAGESIMAL_FLOAT = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;

/** The value of an unquoted, untagged scalar. */
export function resolvePlainScalar(text: string): Value {
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (NULL.test(text)) return null;
  if (!/^[-+.0-9]/.test(text)) return text;
  return resolveNumber(text) ?? text;
}

function resolveNumber(text: string): number | undefined {
  const digits = text.replaceAll('_', '');
  const sign = digits.startsWith('-') ? -1 : 1;
  const body = digits.replace(/^[-+]/, '');
  if (BINARY.test(text)) return sign * Number.parseInt(body.slice(2), 2);
  if (HEXADECIMAL.test(text)) return sign * Number.parseInt(body.slice(2), 16);
  if (DECIMAL.test(text)) return sign * Number.parseInt(body, 10);
  if (OCTAL.test(text)) return sign * Number.parseInt(body, 8);
  if (SEXAGESIMAL.test(text) || SEXAGESIMAL_FLOAT.test(text)) return sign * base60(body);
  if (FLOAT.test(text)) return Number.parseFloat(digits);
  if (INFINITY.test(text)) return sign * Number.POSITIVE_INFINITY;
  return NAN.test(text) ? Number.NaN : undefined;
}

function base60(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
