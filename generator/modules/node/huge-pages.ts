import type { FileSource } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import { ceilDiv, evaluate, type Formula, fact, min, mul, toShell } from '../../text/formula.ts';

const MEM = fact('memMb');

/** Pages of 2 MiB: a count of at most nine tenths of memory, or a part of memory (pigsty.md section 3, node_tune). */
function pages({ node_hugepage_count: count, node_hugepage_ratio: ratio }: Settings): Formula | undefined {
  if (count > 0) return min(count, ceilDiv(mul(MEM, 9), 20));
  // The ratio in millionths, so that a shell computes the same number.
  return ratio > 0 ? ceilDiv(mul(MEM, Math.round(ratio * 1_000_000)), 2_000_000) : undefined;
}

/** A sysctl.d file; undefined where no pages are reserved. Memory that is not declared is measured on the node. */
export function hugePages(settings: Settings): FileSource | undefined {
  const formula = pages(settings);
  if (formula === undefined) return undefined;
  const { node_mem_mb: memMb } = settings;
  if (memMb === undefined)
    return { kind: 'measured', template: 'node/huge-pages.sh.ejs', view: { pages: toShell(formula) } };
  return {
    kind: 'text',
    lines: [`-vm.nr_hugepages = ${evaluate(formula, { memMb, cpu: 0, diskBytes: 0 })}`],
  };
}
