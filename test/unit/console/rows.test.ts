import { describe, expect, it } from 'vitest';
import { align, runsOf, stack } from '../../../generator/console/lines.ts';
import { joinRows, searchRows, shareOf, sortRows } from '../../../generator/console/rows.ts';
import { column, labelColumn, table } from '../../../generator/model/panels.ts';

const panel = table(
  'Members',
  ['cls', 'ins'],
  [
    labelColumn('Instance', 'ins'),
    column('Up', 'up'),
    column('Size', 'size', 'bytes', { bar: 100 }),
    labelColumn('Leader', 'leader', undefined, 'info'),
  ],
  { rows: 'up' },
);

const answers = new Map([
  ['up', ['a-2', 'a-10', 'a-1'].map((ins, value) => ({ labels: { cls: 'a', ins, job: 'x' }, value }))],
  [
    'size',
    [
      { labels: { cls: 'a', ins: 'a-2', job: 'other' }, value: 50 },
      { labels: { cls: 'a', ins: 'a-1' }, value: 200 },
      { labels: { cls: 'b', ins: 'b-1' }, value: 1 },
    ],
  ],
  ['info', [{ labels: { cls: 'a', leader: 'a-2' }, value: 1 }]],
]);

describe('rows of a table', () => {
  const rows = joinRows(panel, answers);
  const names = (given: typeof rows) => given.map(({ labels }) => labels.ins);

  it('joins series by the key labels that they have', () => {
    expect(rows.map(({ values }) => values[2])).toEqual([50, undefined, 200]);
    expect(rows.map(({ labels }) => labels.leader)).toEqual(['a-2', 'a-2', 'a-2']);
    expect(names(rows)).toEqual(['a-2', 'a-10', 'a-1']);
  });

  it('takes the rows of all columns where none are given', () => {
    const { rows: _, ...open } = panel;
    expect(names(joinRows(open, answers))).toEqual(['a-2', 'a-10', 'a-1', 'b-1']);
  });

  it('sorts names by their numbers, and missing values last in both directions', () => {
    const sorted = (title: string, descending: boolean) =>
      names(sortRows(rows, panel.columns, { title, descending }));
    expect(sorted('Instance', false)).toEqual(['a-1', 'a-2', 'a-10']);
    expect(sorted('Size', false)).toEqual(['a-2', 'a-1', 'a-10']);
    expect(sorted('Size', true)).toEqual(['a-1', 'a-2', 'a-10']);
  });

  it('finds rows by words of their labels', () => {
    expect(names(searchRows(rows, 'X A-10'))).toEqual(['a-10']);
    expect(searchRows(rows, ' ')).toBe(rows);
  });

  it('draws bars within their cells', () => {
    const sized = column('Size', 'size', 'bytes', { bar: 100 });
    if (!('expression' in sized)) throw new Error('no value column');
    expect([50, 200, -1, undefined].map((value) => shareOf(sized, value))).toEqual([0.5, 1, 0, undefined]);
  });
});

describe('lines', () => {
  const range = { from: 0, to: 40, step: 10 };
  const line = {
    labels: {},
    points: [
      [0, 1],
      [10, 1],
      [30, 1],
      [40, Number.NaN],
    ],
  } as const;

  it('are put on one grid with gaps', () => {
    expect(align([line], range)).toEqual({ times: [0, 10, 20, 30, 40], values: [[1, 1, null, 1, null]] });
  });

  it('are put on top of each other', () => {
    expect(
      stack([
        [1, null],
        [2, 3],
      ]),
    ).toEqual([
      [1, 0],
      [3, 3],
    ]);
  });

  it('have a run for each time of one value', () => {
    const changing = {
      labels: {},
      points: [
        [0, 1],
        [10, 1],
        [20, 0],
        [40, 0],
      ],
    } as const;
    expect(runsOf(changing, range)).toEqual([
      { from: 0, to: 20, value: 1 },
      { from: 20, to: 30, value: 0 },
      { from: 40, to: 50, value: 0 },
    ]);
  });
});
