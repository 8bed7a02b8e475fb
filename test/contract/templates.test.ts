import { describe, expect, it } from 'vitest';
import { loadTemplates } from '../../generator/effects/package-root.ts';
import type { PlanData } from '../../generator/model/plan.ts';
import { samplePlans } from '../support/sample-plans.ts';
import { checkTemplates, includedIn } from '../support/template-types.ts';

/* Every template is checked against the views that plans give it. */
const templates = await loadTemplates();
const views = new Map<string, PlanData[]>();
for (const { source } of samplePlans().flatMap((host) => host.files)) {
  if (source.kind !== 'template' && source.kind !== 'measured') continue;
  views.set(source.template, [...(views.get(source.template) ?? []), source.view]);
}

/** The findings when a part of one template is written differently. */
function findingsWith(name: string, from: string, to: string): string[] {
  const text = templates.get(name)?.replace(from, to);
  if (text === undefined || text === templates.get(name)) throw new Error(`nothing to change in ${name}`);
  return checkTemplates(new Map(templates).set(name, text), views);
}

describe('templates', () => {
  it('are those that plans and other templates name', () => {
    const used = new Set(views.keys());
    for (const name of used) for (const part of includedIn(templates.get(name) ?? '')) used.add(part);
    expect([...templates.keys()].sort()).toEqual([...used].sort());
  });

  it('use only properties of their views', () => {
    expect(checkTemplates(templates, views)).toEqual([]);
  });

  it.each([
    [
      'etcd/etcd.service.ejs',
      'view.instance',
      'view.instanse',
      "etcd/etcd.service.ejs:2: Property 'instanse' does not exist",
    ],
    ['pgsql/userlist.txt.ejs', 'user.verifier', 'user.verifer', "Property 'verifer' does not exist"],
    ['shared/root-command.ejs', 'sh(variable)', 'sh(varible)', "Cannot find name 'varible'"],
    ['shared/image.ejs', 'view.root', 'view.rot', "shared/image.ejs:2: Property 'rot' does not exist"],
    [
      'etcd/etcd.service.ejs',
      '[Service]',
      "<% if (view.instance === '') { -%>\n<%= view.never %>\n<% } -%>\n[Service]",
      "etcd/etcd.service.ejs:10: Property 'never' does not exist",
    ],
    ['node/service.cfg.ejs', '<%= option %>', '<%= view.options %>', 'is not assignable'],
    ['node/service.cfg.ejs', 'server.port', 'sh(server.port)', 'is not assignable'],
  ])('are rejected: %s with %s as %s', (name, from, to, message) => {
    expect(findingsWith(name, from, to).join('\n')).toContain(message);
  });

  it('of units that restart have no limit: a service that gave up would stay down when the reason is gone', () => {
    const restarting = [...templates].filter(
      ([name, text]) => name.endsWith('.service.ejs') && /^Restart=/m.test(text),
    );
    expect(restarting.length).toBeGreaterThan(5);
    const limited = restarting.filter(([, text]) => !/^StartLimitIntervalSec=0$/m.test(text));
    expect(limited.map(([name]) => name)).toEqual([]);
  });
});
