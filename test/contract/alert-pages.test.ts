import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { loadAssets } from '../../generator/effects/package-root.ts';
import { mustRun } from '../support/process.ts';
import { root } from '../support/product.ts';
import { alertsOf, RULES_SITE, ruleGroupsOf } from '../support/rules.ts';

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

describe('pages of alerts at the portal', () => {
  /** The pages that an infra host has: their paths below www/. */
  function servedBy(path: string): string[] {
    const compiled = compile(readFileSync(join(root, path), 'utf8'), path, 'sample');
    if (!compiled.ok) throw new Error(path);
    const files = [...compiled.value.plan.hosts].flatMap(({ plan }) => plan.files);
    const assets = files.flatMap(({ path: to, source }) =>
      source.kind === 'asset' ? [[to, source.asset]] : [],
    );
    expect(assets.filter(([to, asset]) => to !== `www/${asset}`)).toEqual([]);
    return [...new Set(assets.flatMap(([, asset = '']) => /^alerts\/.*/.exec(asset) ?? []))];
  }

  it('are those of the alerts that the site has', () => {
    const pagesOf = (names: readonly string[]) => names.map((name) => `alerts/${name}.html`).toSorted();
    expect(servedBy(RULES_SITE).toSorted()).toEqual(pagesOf(pages));
    const small = 'blueprints/demo.yml';
    const served = servedBy(small);
    expect(served.toSorted()).toEqual(pagesOf(alertsOf(ruleGroupsOf(small)).map(({ alert }) => alert)));
    expect(served).not.toContain('alerts/PostgresSyncDegraded.html');
  });

  it('link to each other, and to nothing that the portal does not have', async () => {
    const assets = await loadAssets();
    const links = servedBy(RULES_SITE).flatMap((path) =>
      [...(assets.get(path) ?? '').matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link),
    );
    const known = new Set([...pages, '/', '/portal/', '/portal.css']);
    expect(links.filter((link) => !known.has(link))).toEqual([]);
    expect(links).toContain('PostgresNoLeader');
    expect(assets.get('alerts/NodeDown.html')).toContain('<h1>NodeDown</h1>');
  });

  it('show HTML of a source as text', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
    mkdirSync(join(scratch, 'from'));
    const source = '# A\n\n<script>x</script> [a](javascript:x) [b](../b.md) [c](C.md)\n';
    writeFileSync(join(scratch, 'from/A.md'), source);
    const script = `import { writeAlertPages } from ${JSON.stringify(join(root, 'alerts.config.mjs'))};
      writeAlertPages(${JSON.stringify(join(scratch, 'from'))}, ${JSON.stringify(join(scratch, 'to'))});`;
    await mustRun(process.execPath, ['--input-type=module', '-e', script]);
    const page = readFileSync(join(scratch, 'to/A.html'), 'utf8');
    rmSync(scratch, { recursive: true });
    expect(page).toContain('<p>&lt;script&gt;x&lt;/script&gt; [a](javascript:x) b <a href="C">c</a></p>');
  });
});
