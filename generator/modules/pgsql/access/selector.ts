import jmespath from 'jmespath';
import { settingsOf } from '../../../model/module.ts';
import type { Settings } from '../../../model/settings.ts';
import type { PgsqlMember } from '../members.ts';
import type { PgsqlSettings } from '../settings.ts';

/*
 * A cache: a site may have many similar clusters. An expression that reads the same values gives the same positions, so
 * the values that it read for one cluster are compared with those of the next.
 */
type Read = { readonly index: number; readonly name: keyof PgsqlSettings; readonly value: unknown };
type Evaluation = {
  readonly size: number;
  readonly reads: readonly Read[];
  readonly positions: readonly number[];
};

const CACHED = 8;
const known = new Map<string, Evaluation[]>();

/** The positions of the members that a JMESPath expression over their variables selects, in its order. */
export function positions(expression: string, members: readonly PgsqlMember[]): readonly number[] {
  const earlier = known.get(expression) ?? [];
  const same = earlier.find((one) => one.size === members.length && one.reads.every(isSame, members));
  if (same) return same.positions;
  const { evaluation, isTraced } = evaluate(expression, members);
  if (isTraced) known.set(expression, [evaluation, ...earlier].slice(0, CACHED));
  return evaluation.positions;
}

function isSame(this: readonly PgsqlMember[], { index, name, value }: Read): boolean {
  const member = this[index];
  return member !== undefined && variable(member, name) === value;
}

/** `isTraced`: the expression has read values of variables only; `keys(@)` lists their names. */
function evaluate(
  expression: string,
  members: readonly PgsqlMember[],
): { readonly evaluation: Evaluation; readonly isTraced: boolean } {
  const reads: Read[] = [];
  let isTraced = true;
  const rows = members.map((member, index) => {
    const get = (_: Settings, name: keyof PgsqlSettings) => {
      const value = variable(member, name);
      reads.push({ index, name, value });
      return value;
    };
    const ownKeys = (settings: Settings) => {
      isTraced = false;
      return Reflect.ownKeys(settings);
    };
    // A proxy, not a copy: `explain` needs to know which values were read.
    return new Proxy(settingsOf(member.host), { get, ownKeys });
  });
  const found = search(rows, expression);
  const indices = Array.isArray(found) ? found.map((row) => rows.indexOf(row)) : [];
  return { evaluation: { size: members.length, reads, positions: indices.filter((i) => i >= 0) }, isTraced };
}

/** A function with arguments that it does not take, as `abs('a')`, selects nothing, which the checks report. */
function search(rows: readonly Settings[], expression: string): unknown {
  try {
    return jmespath.search(rows, expression);
  } catch {
    return [];
  }
}

function variable({ settings, role }: PgsqlMember, name: keyof PgsqlSettings): unknown {
  return name === 'pg_role' ? role : settings[name];
}
