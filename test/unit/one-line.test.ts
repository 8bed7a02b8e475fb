import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { isBuilt } from '../../generator/model/module.ts';
import type { FilePlan } from '../../generator/model/plan.ts';
import { modules } from '../../generator/modules/index.ts';
import { writeIni } from '../../generator/text/ini.ts';
import { renderTemplate } from '../../generator/text/template.ts';
import { root } from '../support/product.ts';

/*
 * No value of an inventory becomes a second line of a file with one setting a line: it is refused at its place. The
 * writers refuse it too, as a bug.
 */
const HOST = '10.10.10.10';
const BREAKS = ['a\nb', 'a\rb', 'a\0b', 'a\u0085b'];
const NOT_ONE_LINE = /[^\P{Cc}\t]/u;
const IS_LINES = /\.(?:service|timer|target|socket|path|cfg|conf|txt)\.ejs$/;

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item)]);
}

/** The texts of files with one setting a line. */
function lineTexts({ source }: FilePlan): string[] {
  if (source.kind === 'ini') return textsOf(source.sections);
  if (source.kind === 'text') return textsOf(source.lines);
  if (source.kind === 'template' && IS_LINES.test(source.template)) return textsOf(source.view);
  return [];
}

/** Undefined if the value is refused at its place. */
function brokenFiles(name: string, value: unknown): string[] | undefined {
  const given = JSON.stringify(value);
  const compiled = compile(
    `all:
  children:
    infra: { hosts: { ${HOST}: { infra_seq: 1 } } }
    etcd: { hosts: { ${HOST}: { etcd_seq: 1 } } }
    pg-meta: { hosts: { ${HOST}: { pg_seq: 1, pg_role: primary } }, vars: { pg_cluster: pg-meta } }
  vars: { admin_ip: ${HOST}, ${name === 'admin_ip' ? 'x' : name}: ${given} }
`,
    'site.yml',
    'site',
  );
  if (!compiled.ok) {
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.some(({ place }) => place !== undefined)).toBe(true);
    return undefined;
  }
  const hosts = [...compiled.value.plan.hosts];
  const secrets = hosts.flatMap((host) => [...host.secrets.values()].map(({ text }) => text));
  const found = hosts.flatMap(({ plan }) =>
    plan.files.filter((file) => lineTexts(file).some((text) => NOT_ONE_LINE.test(text))),
  );
  return [...found.map(({ path }) => path), ...secrets.filter((text) => NOT_ONE_LINE.test(text))];
}

const rows = modules.filter(isBuilt).flatMap(({ parameters }) => parameters.rows);
const forms = (text: string): unknown[] => [text, [text], { [text]: 1 }, { a: text }];

describe('a line break in a value', () => {
  it.each(rows.map(({ name }) => name))('%s', (name) => {
    for (const value of BREAKS.flatMap(forms)) expect(brokenFiles(name, value) ?? []).toEqual([]);
  });

  const entries: Record<string, (text: string) => unknown[]> = {
    pg_users: (text) => [
      [{ name: text, pgbouncer: true }],
      [{ name: 'a', password: text, pgbouncer: true }],
      [{ name: 'a', pgbouncer: true, comment: text, roles: [text], pool_mode: text, search_path: text }],
    ],
    pg_databases: (text) => [
      [{ name: text }],
      ...['pool_auth_user', 'comment', 'owner', 'tablespace'].map((key) => [{ name: 'a', [key]: text }]),
    ],
    pg_services: (text) =>
      ['ip', 'balance', 'options', 'check', 'name'].map((key) => [
        { name: 'a', port: 7000, selector: '[]', [key]: text },
      ]),
    haproxy_services: (text) => [
      ...['ip', 'balance', 'default', 'name'].map((key) => [
        { name: 'a', port: 7000, servers: [], [key]: text },
      ]),
      [{ name: 'a', port: 7000, options: [text] }],
      [{ name: 'a', port: 7000, servers: [{ name: 'a', ip: '10.0.0.1', port: 1, options: text }] }],
    ],
    pg_hba_rules: (text) => [
      ...['user', 'db', 'addr', 'title'].map((key) => [{ user: 'a', addr: 'intra', [key]: text }]),
      [{ rules: [text] }],
    ],
    pgbackrest_repo: (text) => [
      { local: { path: '/pg/backup', s3_endpoint: text } },
      { local: { path: '/pg/backup', cipher_pass: text } },
      { local: { path: '/pg/backup', host_user: text } },
      { local: { path: '/pg/backup', [text]: 'x' } },
    ],
    node_sysctl_params: (text) => [{ 'vm.swappiness': text }, { [text]: 1 }],
  };
  it.each(Object.keys(entries))('an entry of %s', (name) => {
    for (const value of BREAKS.flatMap((text) => entries[name]?.(text) ?? []))
      expect(brokenFiles(name, value) ?? [], JSON.stringify(value)).toEqual([]);
  });

  it('is a bug in a writer', () => {
    for (const text of BREAKS) {
      expect(() => writeIni([{ name: 'a', entries: [['key', text]] }])).toThrow('control character');
      expect(() => writeIni([{ name: text, entries: [] }])).toThrow('control character');
      expect(() =>
        renderTemplate(new Map([['a.cfg.ejs', '<%= view.x %>']]), 'a.cfg.ejs', { x: text }),
      ).toThrow('control character');
    }
    expect(writeIni([{ name: 'a', entries: [['key', 'a\tb']] }])).toBe('[a]\nkey = a\tb\n');
  });

  it('is looked for in every template with one setting a line', () => {
    const names = readdirSync(join(root, 'units'), { recursive: true, encoding: 'utf8' });
    const templates = names.filter((name) => /\.(?:cfg|conf|txt|service|timer|path|target)\.ejs$/.test(name));
    expect(templates.length).toBeGreaterThan(20);
    for (const name of templates)
      expect(readFileSync(join(root, 'units', name), 'utf8')).not.toContain('<%-');
  });
});
