import { describe, expect, it } from 'vitest';
import { cronToCalendar } from '../../generator/text/calendar.ts';
import { longestGap } from '../../generator/text/calendar-gap.ts';
import { foldUp, rangesFor, rates } from '../../generator/text/recording.ts';
import { among, selectors } from '../../generator/text/selector.ts';
import { selectionsOf } from '../support/promql.ts';
import { alertsOf, RULES_SITE, ruleGroupsOf, rulesOf } from '../support/rules.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

describe('the longest time between two runs', () => {
  it.each([
    ['0 1 * * *', DAY],
    ['* * * * *', 60],
    ['*/15 * * * *', 15 * 60],
    ['0 1,13 * * *', 12 * HOUR],
    ['0 1,5 * * *', 20 * HOUR],
    ['0 1 * * 1', 7 * DAY],
    ['0 1 * * 1,5', 4 * DAY],
    ['0 1 1 * *', 31 * DAY],
    ['0 1 31 * *', 61 * DAY],
    ['0 1 1 1 *', 366 * DAY],
  ])('of %s', (schedule, seconds) => {
    expect(longestGap(cronToCalendar(schedule) ?? [])).toBe(seconds);
  });

  it('is that of all schedules together: a full backup on Mondays, and others on the other days', () => {
    const all = ['0 1 * * 1', '0 1 * * 2,3,4,5,6,7'].flatMap((one) => cronToCalendar(one) ?? []);
    expect(longestGap(all)).toBe(DAY);
  });

  it('is not known without runs', () => {
    expect(longestGap([])).toBeUndefined();
    expect(longestGap(cronToCalendar('0 1 30 2 *') ?? [])).toBeUndefined();
  });
});

describe('selectors', () => {
  it('name what has another value than the most', () => {
    const values = new Map([
      ['a', 30],
      ['b', 60],
      ['c', 30],
    ]);
    expect(selectors('cls', values)).toEqual([
      { value: 30, selector: 'cls!~"b"' },
      { value: 60, selector: 'cls=~"b"' },
    ]);
    expect(selectors('cls', new Map([['a', 30]]))).toEqual([{ value: 30, selector: '' }]);
    expect(selectors('cls', new Map())).toEqual([]);
  });

  it('take names as they are', () => {
    const selector = among('ins', '=~', ['a.b', 'it"s', 'x|y']);
    expect(selector).toBe(String.raw`ins=~"a\\.b|it\"s|x\\|y"`);
    expect(selectionsOf(`up{${selector}}`)).toMatchObject([{ metric: 'up', matchers: [{ label: 'ins' }] }]);
  });
});

describe('recording rules', () => {
  it('go from the lowest level upwards', () => {
    const family = { namespace: 'pg', from: 'db', to: ['ins', 'env'], ranges: rangesFor(10) } as const;
    expect(rates(family, 'xact', 'pg_db_xact')).toEqual([
      { record: 'pg:db:xact_rate1m', expr: 'rate(pg_db_xact[60s])' },
      {
        record: 'pg:ins:xact_rate1m',
        expr: 'sum by (job, cls, ins, ip, instance) (pg:db:xact_rate1m)',
      },
      { record: 'pg:env:xact_rate1m', expr: 'sum by (job) (pg:ins:xact_rate1m)' },
    ]);
    expect(foldUp(family, 'age', 'max').map(({ expr }) => expr.slice(0, 3))).toEqual(['max', 'max']);
  });

  it('have ranges of four samples at least', () => {
    expect(rangesFor(10)).toEqual({ '1m': '60s', '5m': '300s', '15m': '900s' });
    expect(rangesFor(60)).toEqual({ '1m': '240s', '5m': '300s', '15m': '900s' });
  });
});

describe('thresholds', () => {
  const expressionOf = (name: string, path?: string) =>
    alertsOf(ruleGroupsOf(path)).find(({ alert }) => alert === name)?.expr;

  it('follow the inventory', () => {
    // Daily and weekly backups, a quarter more and an hour.
    const old = expressionOf('PostgresBackupTooOld');
    expect(old).toContain(`{stanza!~"pg-slow"}) > ${DAY * 1.25 + HOUR}`);
    expect(old).toContain(`{stanza=~"pg-slow"}) > ${DAY * 7 * 1.25 + HOUR}`);
    expect(expressionOf('PatroniStoreLost')).toContain('{cls=~"pg-slow"} > 60');
    expect(expressionOf('PostgresReplicationLag')).toContain('ins!~"pg-test-4"');
    expect(expressionOf('PostgresSyncDegraded')).toContain('cls=~"pg-test"');
    expect(expressionOf('PatroniPaused')).toContain('cls!~"pg-slow"');
    expect(expressionOf('EtcdNoSpare')).toBe('sum by (job, cls) (etcd_up) <= 2');
    expect(expressionOf('AlertmanagerApart')).toBe('alertmanager_cluster_members < 2');
  });

  it('and ranges follow the interval at which targets are scraped', () => {
    const slow = ruleGroupsOf(RULES_SITE, (text) =>
      text.replace(
        'admin_ip:',
        'prometheus_scrape_interval: 1m30s\n    prometheus_scrape_timeout: 30s\n    admin_ip:',
      ),
    );
    const rates = rulesOf(slow).filter(
      (rule) => 'record' in rule && rule.record === 'pg:db:xact_total_rate1m',
    );
    expect(rates.map(({ expr }) => expr)).toEqual(['rate(pg_db_xact_total[360s])']);
    const alert = (name: string) => alertsOf(slow).find((one) => one.alert === name);
    expect(alert('ScrapeSlow')?.expr).toMatch(/^scrape_duration_seconds > 24 unless /);
    expect(alert('PrometheusNotEvaluating')?.expr).toMatch(/ > 540$/);
  });

  it('leave out what a site cannot have', () => {
    const meta = 'blueprints/meta.yml';
    for (const name of ['PostgresSyncDegraded', 'EtcdNoSpare', 'AlertmanagerApart'])
      expect(expressionOf(name, meta), name).toBeUndefined();
  });
});
