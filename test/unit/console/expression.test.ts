import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../generator/console/batch.ts';
import { fillLegend, substitute } from '../../../generator/console/expression.ts';
import { choose } from '../../../generator/console/variables.ts';
import { selectionsOf } from '../../support/promql.ts';

describe('variables in expressions', () => {
  it('fills in values, and all values for those without one', () => {
    const text = 'up{cls="$cls",ins=~"${ins:regex}"}';
    expect(substitute(text, { cls: 'pg', ins: 'pg-1.x' })).toBe('up{cls="pg",ins=~"pg-1\\\\.x"}');
    expect(substitute(text, { cls: 'pg' })).toBe('up{cls="pg",ins=~".*"}');
    expect(substitute('label_replace(up, "a", "$1", "b", "(.*)")', {})).toContain('"$1"');
  });

  it('never lets a value leave its string', () => {
    const text = 'up{cls="$cls",ins=~"${ins:regex}"}';
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (cls, ins) => {
        const read = selectionsOf(substitute(text, { cls, ins }));
        expect(read).toMatchObject([
          { metric: 'up', matchers: [{ label: 'cls' }, { label: 'ins' }], inRange: false },
        ]);
      }),
    );
  });

  it('names series by their labels', () => {
    expect(fillLegend('{{ins}} {{ datname }}', { ins: 'pg-1', datname: 'app' })).toBe('pg-1 app');
    expect(fillLegend('{{ins}} {{datname}}', { ins: 'pg-1' })).toBe('pg-1');
  });

  it('chooses a value that is possible', () => {
    const one = { kind: 'label', name: 'ins', title: '', of: 'up', label: 'ins', choose: 'one' } as const;
    const any = { ...one, choose: 'any' } as const;
    expect(choose(one, 'b', ['a', 'b'])).toBe('b');
    expect(choose(one, 'x', ['a', 'b'])).toBe('a');
    expect(choose(one, 'x', [])).toBe('x');
    expect(choose(any, 'x', ['a', 'b'])).toBe('');
    expect(choose(any, 'x', [])).toBe('x');
    expect(choose({ kind: 'text', name: 'text', title: '' }, 'x', ['a'])).toBe('x');
  });
});

describe('batches', () => {
  it('asks for metrics of the same labels by one selector', () => {
    const [batch, ...rest] = planBatches(['pg_up{cls="a"}', 'pg:ins:lag_bytes{cls="a"}']);
    expect(rest).toEqual([]);
    expect(batch?.query).toBe('{__name__=~"pg_up|pg:ins:lag_bytes",cls="a"}');
    const lag = { labels: { __name__: 'pg:ins:lag_bytes', ins: 'a-1' }, value: 5 };
    expect(batch?.split([lag])).toEqual([[], [lag]]);
  });

  it('joins other expressions, and tells their answers apart', () => {
    const [batch] = planBatches(['sum(up)', 'up / 2', 'a{x="1"} or b{x="2"}']);
    expect(batch?.expressions).toHaveLength(3);
    expect(selectionsOf(batch?.query ?? '').map(({ metric }) => metric)).toEqual(['up', 'up', 'a', 'b']);
    const sample = { labels: { __q: '1', job: 'x' }, value: 1 };
    expect(batch?.split([sample])).toEqual([[], [{ labels: { job: 'x' }, value: 1 }], []]);
  });

  it('answers every expression once', () => {
    const expressions = fc.uniqueArray(
      fc.oneof(
        fc.stringMatching(/^[a-z_]{1,6}$/),
        fc.stringMatching(/^[a-z_]{1,6}\{a="[xy}]"\}$/),
        fc.stringMatching(/^sum\([a-z]{1,3}\)$/),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(expressions, (asked) => {
        const answered = planBatches(asked).flatMap((batch) => batch.expressions);
        expect(answered.toSorted()).toEqual(asked.toSorted());
      }),
    );
  });

  it('leaves a single expression as it is', () => {
    expect(planBatches(['sum(up)']).map(({ query }) => query)).toEqual(['sum(up)']);
  });
});
