import { expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { positions } from '../../generator/modules/pgsql/access/selector.ts';
import { clusterMembers } from '../../generator/modules/pgsql/members.ts';

const TEXT = `all:
  children:
    pg-a:
      hosts: { 10.0.0.1: { pg_seq: 1, pg_role: primary }, 10.0.0.2: { pg_seq: 2 } }
      vars: { pg_cluster: pg-a }
    pg-b:
      hosts: { 10.0.0.3: { pg_seq: 1 }, 10.0.0.4: { pg_seq: 2, pg_role: primary, pg_weight: 7 } }
      vars: { pg_cluster: pg-b }
    pg-c:
      hosts: { 10.0.0.5: { pg_seq: 1, pg_role: primary }, 10.0.0.6: { pg_seq: 2 }, 10.0.0.7: { pg_seq: 3, pg_weight: 7 } }
      vars: { pg_cluster: pg-c }`;

const result = readSite(TEXT, 'pigsty.yml', 'pigsty');
if (!result.ok) throw new Error('the inventory is wrong');
const site = result.value;
const choose = (expression: string) =>
  ['pg-a', 'pg-b', 'pg-c', 'pg-a'].map((name) => positions(expression, clusterMembers(site, name)));

it.each([
  [
    '[]',
    [
      [0, 1],
      [0, 1],
      [0, 1, 2],
      [0, 1],
    ],
  ],
  ['[? pg_role == `replica`]', [[1], [0], [1, 2], [1]]],
  ['[? pg_weight == `7`]', [[], [1], [2], []]],
  [
    'reverse(@)',
    [
      [1, 0],
      [1, 0],
      [2, 1, 0],
      [1, 0],
    ],
  ],
  ['[? pg_seq == `1` || pg_role == `primary`]', [[0], [0, 1], [0], [0]]],
  ["[? contains(keys(@), 'pg_weight')]", [[], [1], [2], []]],
])('%s chooses by the values of each cluster', (expression, wanted) => {
  expect(choose(expression)).toEqual(wanted);
});
