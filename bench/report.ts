import { type Bench, type BenchResult, type Goal, median, type Row, type Sample } from './result.ts';

/** The table of one bench, its goals with the results, and its notes. */
export function printResult(bench: Bench, result: BenchResult): string {
  const head = ['', 'n', 'median', 'min', 'max', 'peak memory', 'peer/pigsty'];
  const body = result.rows.map((row) => {
    const { n, seconds, minimum, maximum, transactionsPerSecond, peakMegabytes } = summary(row);
    const memory = peakMegabytes === undefined ? '' : `${peakMegabytes.toFixed(0)} MB`;
    return [
      row.what,
      `${n}`,
      ...(transactionsPerSecond
        ? Object.values(transactionsPerSecond).map((rate) => `${rate.toFixed(0)}/s`)
        : [seconds, minimum, maximum].map(formatSeconds)),
      memory,
      timesFaster(row, result.rows),
    ];
  });
  const goals = result.goals.map((goal) => `  ${reached(goal, result.rows)}`);
  const table = align([head, ...body]);
  return ['', `${bench.name}: ${bench.title}`, ...table, ...goals, ...result.notes, ''].join('\n');
}

/** The same as JSON: seconds, megabytes and ratios as numbers. */
export function toJson(results: ReadonlyMap<Bench, BenchResult>): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'BenchResults',
    benches: [...results].map(([{ name, title }, { rows, goals, notes }]) => ({
      name,
      title,
      rows: rows.map((row) => ({ ...row, ...summary(row) })),
      goals: goals.map((goal) => ({ ...goal, value: reachedValue(goal, rows), isMet: isMet(goal, rows) })),
      notes,
    })),
  };
}

/** The ratio of the time of a peer to the time of its row. */
function timesFaster(row: Row, rows: readonly Row[]): string {
  const own = rows.find(({ what }) => what === row.peerOf);
  if (!own) return '';
  const rate = pairedRate(own, row);
  return Number.isNaN(rate) ? (summary(row).seconds / summary(own).seconds).toFixed(1) : rate.toFixed(3);
}

function summary({ samples }: Row) {
  const seconds = samples.map((sample) => sample.seconds);
  const rates = samples.flatMap((sample) => rateOf(sample) ?? []);
  const peaks = samples.flatMap((sample) => sample.peakMegabytes ?? []);
  return {
    n: samples.length,
    seconds: median(seconds),
    minimum: Math.min(...seconds),
    maximum: Math.max(...seconds),
    ...(rates.length > 0 && {
      transactionsPerSecond: {
        median: median(rates),
        minimum: Math.min(...rates),
        maximum: Math.max(...rates),
      },
    }),
    ...(peaks.length > 0 && { peakMegabytes: Math.max(...peaks) }),
  };
}

function rateOf({ seconds, transactions }: Sample): number | undefined {
  return transactions === undefined ? undefined : transactions / seconds;
}

/** Our transactions per second over the peer's in the same run, the median; NaN for rows of durations. */
function pairedRate(own: Row, peer: Row): number {
  const pairs = own.samples.flatMap((sample, run) => {
    const [ours, theirs] = [sample, peer.samples[run]].map((one) => one && rateOf(one));
    return ours === undefined || theirs === undefined ? [] : ours / theirs;
  });
  return median(pairs);
}

function reached(goal: Goal, rows: readonly Row[]): string {
  const value = reachedValue(goal, rows);
  const verdict = isMet(goal, rows) ? 'met' : 'NOT met';
  if (goal.kind === 'ratio') {
    return `${verdict}: ${goal.row} is ${value.toFixed(1)} times faster than ${goal.peer}, goal ${goal.atLeast}`;
  }
  if (goal.kind === 'rate') {
    return `${verdict}: ${goal.row} does ${value.toFixed(3)} times the transactions of ${goal.peer}, goal ${goal.atLeast}`;
  }
  if (goal.kind === 'multiple') {
    return `${verdict}: ${goal.row} took ${value.toFixed(2)} times as long as ${goal.of}, goal ${goal.atMost}`;
  }
  if (goal.kind === 'megabytes') {
    return `${verdict}: ${goal.row} took ${value.toFixed(0)} MB, goal ${goal.atMost} MB`;
  }
  return `${verdict}: ${goal.row} took ${formatSeconds(value)}, goal ${formatSeconds(goal.atMost)}`;
}

function isMet(goal: Goal, rows: readonly Row[]): boolean {
  const value = reachedValue(goal, rows);
  return goal.kind === 'ratio' || goal.kind === 'rate' ? value >= goal.atLeast : value <= goal.atMost;
}

function reachedValue(goal: Goal, rows: readonly Row[]): number {
  const find = (what: string) => rows.find((row) => row.what === what);
  const own = find(goal.row);
  if (!own) return Number.NaN;
  if (goal.kind === 'megabytes') return summary(own).peakMegabytes ?? Number.NaN;
  if (goal.kind === 'seconds') return summary(own).seconds;
  const peer = find(goal.kind === 'multiple' ? goal.of : goal.peer);
  if (peer && goal.kind === 'multiple') return summary(own).seconds / summary(peer).seconds;
  if (peer && goal.kind === 'rate') return pairedRate(own, peer);
  return peer ? summary(peer).seconds / summary(own).seconds : Number.NaN;
}

function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

function align(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join('  ')}`;
  });
}
