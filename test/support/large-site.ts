import { ALL_PAGES } from './all-pages.ts';
import { SAMPLES, sampleMetrics } from './sample-metrics.ts';

const MINUTES = 4;

/**
 * The samples of the overview for a site with `clusters` clusters of three instances: the cluster `pg-test` of the small
 * sample site so many times, with names and addresses of their own, for the last minutes of the samples.
 */
export function largeSite(clusters: number): string {
  const overview = ALL_PAGES.filter(({ id }) => id === 'overview');
  const isLate = (line: string) => Number(line.split(' ').at(-1)) > SAMPLES.to - MINUTES * 60;
  const lines = sampleMetrics(overview).trimEnd().split('\n').slice(0, -1).filter(isLate);
  const repeated = lines.flatMap((line) =>
    line.includes('cls="pg-test"')
      ? Array.from({ length: clusters }, (_, index) => copyOf(line, index))
      : [line],
  );
  return `${repeated.join('\n')}\n# EOF\n`;
}

function copyOf(line: string, index: number): string {
  const network = `10.${20 + Math.floor(index / 250)}.${index % 250}.`;
  return line
    .replaceAll('pg-test', `pg-${index}`)
    .replaceAll('"node-', `"node-${index}-`)
    .replaceAll('10.10.10.', network);
}
