import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { OF_CLUSTER } from '../../generator/modules/pgsql/checks/member-checks.ts';
import { storeConfig } from '../../generator/modules/pgsql/ha/patroni-store.ts';
import { pgsqlMembers } from '../../generator/modules/pgsql/members.ts';
import { root } from '../support/product.ts';

/**
 * Read for the node that plans, never stored: the store has the values of the primary. Of `pg_parameters`, the store has
 * some names only, and these are compared (setting-checks.ts, test/bad/server-settings).
 */
const OF_MEMBER = ['pg_role', 'pg_parameters'];

it('every parameter that the configuration store depends on is the same on all members', () => {
  const compiled = compile(readFileSync(`${root}blueprints/trio.yml`, 'utf8'), 'trio.yml', 'trio');
  if (!compiled.ok) throw new Error('trio does not compile');
  const { site, facts } = compiled.value;
  const [member] = pgsqlMembers(site);
  if (!member) throw new Error('trio has no member');
  const read = new Set<string>();
  const get = (settings: typeof member.settings, name: keyof typeof member.settings) => {
    read.add(name);
    return settings[name];
  };
  storeConfig({ ...member, settings: new Proxy(member.settings, { get }) }, site, facts);
  const declared: readonly string[] = [...OF_CLUSTER, ...OF_MEMBER];
  expect(read.size).toBeGreaterThan(5);
  expect([...read].filter((name) => !declared.includes(name))).toEqual([]);
});
