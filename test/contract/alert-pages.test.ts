import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/product.ts';
import { alertsOf, ruleGroupsOf } from '../support/rules.ts';

/* Each alert has its page, which says when it fires as the rule does, and whose commands are there on a node. */
const FOLDER = join(root, 'docs/alerts');
const alerts = alertsOf(ruleGroupsOf());
const pages = readdirSync(FOLDER).map((name) => name.replace('.md', ''));
const read = (name: string) => readFileSync(join(FOLDER, `${name}.md`), 'utf8');
const SEVERITY = ['CRIT', 'WARN', 'INFO'];

/** Commands of this product, and of every Debian system. */
const PROGRAMS = new Set([
  ...['pigsty', 'pigsty-agent', 'patronictl', 'pgbackrest', 'etcdctl', 'psql', 'chronyc', 'amtool'],
  ...['systemctl', 'journalctl', 'systemd-cgtop', 'ip', 'ss', 'nstat', 'ping', 'top', 'vmstat', 'free', 'ps'],
  ...['df', 'du', 'cat', 'ls', 'tail', 'grep', 'date', 'findmnt'],
]);

/** The commands of the blocks of shell, without what pipes do with their output. */
function programsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
  return blocks.flatMap((text) => text.trimEnd().split('\n')).map((line) => line.split(' ')[0] ?? '');
}

describe('pages of alerts', () => {
  it('are there for each alert, and for nothing else', () => {
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  it('say when the alert fires, what it means, how to look and what to do', () => {
    for (const { alert, level, for: duration } of alerts) {
      const when = duration === undefined ? 'fires at once' : `fires when it holds for ${duration}`;
      const page = read(alert);
      expect(page.split('\n\n').slice(0, 2)).toEqual([`# ${alert}`, `${SEVERITY[level]}: ${when}.`]);
      expect(
        [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title),
        alert,
      ).toEqual(['How to look', 'What to do']);
    }
  });

  it('name commands that a host has, and alerts and pages that exist', () => {
    for (const name of pages) {
      const page = read(name);
      expect(
        programsOf(page).filter((one) => !PROGRAMS.has(one)),
        name,
      ).toEqual([]);
      const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = '']) => path);
      expect(
        links.filter((path) => !existsSync(join(FOLDER, path))),
        name,
      ).toEqual([]);
      const named = [...page.matchAll(/`((?:[A-Z][a-z]+){2,})`/g)].map(([, one = '']) => one);
      expect(
        named.filter((one) => !pages.includes(one)),
        name,
      ).toEqual([]);
    }
  });
});
