import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import {
  ceilDiv,
  clamp,
  evaluate,
  type Formula,
  fact,
  floorDiv,
  max,
  mul,
  sub,
  toShell,
} from '../../generator/text/formula.ts';

const FORMULAS: readonly Formula[] = [
  ceilDiv(mul(fact('memMb'), 250_000), 1_000_000),
  clamp(ceilDiv(fact('diskBytes'), 20 * 2 ** 30), 1, 100),
  max(ceilDiv(fact('cpu'), 8), 2),
  clamp(floorDiv(sub(fact('memMb'), 1), 200), 64, 1024),
];

it('gives the same numbers in JavaScript and in a POSIX shell', () => {
  for (const facts of [
    { cpu: 1, memMb: 1024, diskBytes: 10 * 2 ** 30 },
    { cpu: 2, memMb: 24_101, diskBytes: 252 * 2 ** 30 + 1 },
    { cpu: 128, memMb: 1_048_576, diskBytes: 16 * 2 ** 40 },
  ]) {
    const env = {
      PIGSTY_CPU: `${facts.cpu}`,
      PIGSTY_MEM_MB: `${facts.memMb}`,
      PIGSTY_DISK_BYTES: `${facts.diskBytes}`,
    };
    const script = FORMULAS.map((formula) => `echo $((${toShell(formula)}))`).join('\n');
    const printed = execFileSync('sh', ['-c', script], { env, encoding: 'utf8' });
    expect(printed.trim().split('\n').map(Number)).toEqual(
      FORMULAS.map((formula) => evaluate(formula, facts)),
    );
  }
});
