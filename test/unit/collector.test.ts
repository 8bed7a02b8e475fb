import { describe, expect, it } from 'vitest';
import { branchesOf, type Collector, readColumns } from '../../generator/modules/pgsql/monitor/collector.ts';
import { allCollectors, queryFile } from '../../generator/modules/pgsql/monitor/query-file.ts';

const SAMPLE: Collector = {
  name: 'sample',
  from: 'FROM t',
  age: 'norm',
  scope: 'server',
  columns: `
    label a
    gauge b -16 = x + y
    counter b 17- = z
    gauge c 14-15 * 1e-3`,
};

describe('columns', () => {
  it('have a usage, versions, a factor and an expression', () => {
    expect(readColumns(SAMPLE.columns).slice(1)).toEqual([
      { usage: 'gauge', name: 'b', source: 'x + y', versions: { first: 0, last: 16 } },
      { usage: 'counter', name: 'b', source: 'z', versions: { first: 17, last: Number.POSITIVE_INFINITY } },
      { usage: 'gauge', name: 'c', source: 'c', scale: '1e-3', versions: { first: 14, last: 15 } },
    ]);
  });

  it.each(['total x', 'gauge', 'gauge x = '])('are refused when they are misspelt: %s', (line) => {
    expect(() => readColumns(line)).toThrow(`not a column: ${line.trim()}`);
  });
});

describe('branches', () => {
  const shapes = (collector: Collector) =>
    branchesOf(collector, 13).map(
      ({ first, end, columns }) => `${first}-${end ?? ''} ${columns.map(({ source }) => source).join(', ')}`,
    );

  it('are the intervals of versions with the same columns', () => {
    expect(shapes(SAMPLE)).toEqual(['13-14 a, x + y', '14-16 a, x + y, c', '16-17 a, x + y', '17- a, z']);
  });

  it('end with the versions of their collector', () => {
    const until16 = { ...SAMPLE, versions: { first: 15, last: 16 } };
    expect(shapes(until16)).toEqual(['15-16 a, x + y, c', '16-17 a, x + y']);
  });
});

describe('the file of queries', () => {
  const source = queryFile({ cacheTimes: '1,10,60,300', statementsIn: 'a"b' });
  const text = source.kind === 'text' ? source.lines.join('\n') : '';

  it('has each branch once, and a name for each column once', () => {
    const keys = [...text.matchAll(/^(\w+):$/gm)].map(([, key]) => key);
    expect(keys.length).toBeGreaterThan(60);
    expect(new Set(keys).size).toBe(keys.length);
    for (const collector of allCollectors('public'))
      for (const { columns } of branchesOf(collector, 13)) {
        const names = columns.map(({ name }) => name);
        expect(names, collector.name).toEqual([...new Set(names)]);
      }
  });

  it('leaves no version of PostgreSQL with two branches of a collector, or with a gap', () => {
    for (const major of [13, 14, 15, 16, 17, 18, 19]) {
      const found = allCollectors('public')
        .filter(({ scope }) => scope !== 'pgbouncer')
        .flatMap((one) =>
          branchesOf(one, 13).flatMap(({ first, end = 99 }) =>
            major >= first && major < end ? [one.name] : [],
          ),
        );
      expect(found, String(major)).toEqual([...new Set(found)]);
      const always = allCollectors('public').filter(
        ({ versions, scope }) => !versions && scope !== 'pgbouncer',
      );
      expect(always.filter(({ name }) => !found.includes(name))).toEqual([]);
    }
  });

  it('quotes the schema of the statements, and lets results expire before the next scrape', () => {
    expect(text).toContain('FROM \\"a\\"\\"b\\".pg_stat_statements(false)');
    expect([...new Set(text.match(/ttl: \S+/g))]).toEqual([
      'ttl: 0.5',
      'ttl: 59.5',
      'ttl: 9.5',
      'ttl: 299.5',
    ]);
  });
});
